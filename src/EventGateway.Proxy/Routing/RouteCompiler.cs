using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>Makes a table entry of a route, or says why it cannot.</summary>
internal static class RouteCompiler
{
    /// <summary>A request's path is followed no deeper than the deepest route; this bounds that.</summary>
    public const int MaxSegments = 128;

    /// <param name="previous">The route as the table holds it; its expressions are used again where they are the same.</param>
    /// <param name="reason">For people; null when the route was compiled.</param>
    public static RouteEntry? Compile(LogState log, Route route, RouteEntry? previous, out string? reason)
    {
        reason = FaultOf(route);
        if (reason is not null)
        {
            return null;
        }

        var entry = new RouteEntry(log, route) { Hosts = HostsOf(route) };
        var candidates = new RouteCandidate[route.Matches.Length];
        for (var i = 0; i < candidates.Length; i++)
        {
            var match = route.Matches[i];
            try
            {
                var expression = match.Path.Type == PathMatchType.Regex ? Known(previous, match.Path, i) ?? match.Path.CompileExpression() : null;
                candidates[i] = new RouteCandidate(entry, i, match, expression, Conditions(match.Headers), Conditions(match.Query));
            }
            catch (ArgumentException e)
            {
                reason = $"matches[{i}]: not a regular expression: {e.Message}";
                return null;
            }
            catch (NotSupportedException)
            {
                reason = $"matches[{i}]: the expression needs backtracking (a back reference or a lookaround); rewrite it without";
                return null;
            }
        }

        entry.Candidates = candidates;
        return entry;
    }

    private static string? FaultOf(Route route)
    {
        if (route.Matches.IsDefaultOrEmpty)
        {
            return "matches: a route matches nothing; give it at least one path";
        }

        if (route.Protocols == RouteProtocols.None)
        {
            return "protocols: no protocol is allowed; use http, https or both";
        }

        for (var i = 0; i < route.Matches.Length; i++)
        {
            var path = route.Matches[i].Path;
            if (path.Type == PathMatchType.Regex)
            {
                continue;
            }

            if (!path.Value.StartsWith('/'))
            {
                return $"matches[{i}].path: '{path.Value}' must begin with '/'";
            }

            if (path.Value.AsSpan().Count('/') > MaxSegments)
            {
                return $"matches[{i}].path: more than {MaxSegments} segments; use a shorter path";
            }
        }

        return route.HttpsRedirectStatus is 301 or 302 or 307 or 308 or 426
            ? null
            : $"httpsRedirectStatus: {route.HttpsRedirectStatus} is no redirect status; use 301, 302, 307, 308 or 426";
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
