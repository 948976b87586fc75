using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>Makes a table entry of a route, or says why it cannot.</summary>
internal static class RouteCompiler
{
    /// <summary>A request's path is followed no deeper than the deepest route; this bounds that.</summary>
    public const int MaxSegments = 128;

    // A connection has no path; a hit needs one.
    private static readonly RouteMatch AnyPath = new(new PathMatch(PathMatchType.Prefix, "/"));

    /// <param name="previous">The route as the table holds it; its expressions are used again where they are the same.</param>
    /// <param name="reason">For people; null when the route was compiled.</param>
    public static RouteEntry? Compile(LogState log, Route route, RouteEntry? previous, out string? reason)
    {
        try
        {
            reason = FaultOf(route);
            return reason is null ? Compile(log, route, previous) : null;
        }
        catch (Exception e) when (BuildFault.IsOfEntity(e))
        {
            reason = BuildFault.ReasonOf(e);
            return null;
        }
    }

    private static RouteEntry Compile(LogState log, Route route, RouteEntry? previous)
    {
        var entry = new RouteEntry(log, route) { Hosts = HostsOf(route) };
        var candidates = new RouteCandidate[route.Matches.Length];
        for (var i = 0; i < candidates.Length; i++)
        {
            var match = route.Matches[i];
            var expression = match.Path.Type == PathMatchType.Regex ? Known(previous, match.Path, i) ?? match.Path.CompileExpression() : null;
            candidates[i] = new RouteCandidate(entry, i, match, expression, Conditions(match.Headers), Conditions(match.Query));
        }

        entry.Candidates = candidates;
        entry.StreamCandidate = route.IsStream ? new RouteCandidate(entry, 0, AnyPath, null, [], []) : null;
        return entry;
    }

    private static string? FaultOf(Route route)
    {
        if (route.Validate().FirstOrDefault() is { } problem)
        {
            return problem.ToString();
        }

        for (var i = 0; i < route.Matches.Length; i++)
        {
            var path = route.Matches[i].Path;
            if (path.Type != PathMatchType.Regex && path.Value.AsSpan().Count('/') > MaxSegments)
            {
                return $"matches[{i}].path: more than {MaxSegments} segments; use a shorter path";
            }
        }

        return null;
    }

    private static ImmutableArray<HostMatch?> HostsOf(Route route) => route.Hosts.Length switch
    {
        0 => [null],
        1 => [route.Hosts[0]],
        _ => [.. route.Hosts.Distinct()],
    };

    private static Regex? Known(RouteEntry? previous, PathMatch path, int index) =>
        previous is not null && index < previous.Candidates.Length && previous.Candidates[index].Path == path ? previous.Candidates[index].Expression : null;

    private static ValueCondition[] Conditions(ImmutableArray<NameValueMatch> matches) =>
        matches.IsEmpty ? [] : [.. matches.Select(m => new ValueCondition(m))];
}
