using System.Text.RegularExpressions;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;

namespace EventGateway.Proxy.Tests.Routing;

/// <summary>The rules written down as directly as possible: looks at every route for every request.</summary>
internal sealed class ReferenceMatcher
{
    private readonly ILookup<bool, Candidate> _candidates;

    public ReferenceMatcher(IEnumerable<(LogName Log, Route Route)> routes)
    {
        var candidates = (
            from r in routes
            from host in r.Route.Hosts.IsEmpty ? [null] : r.Route.Hosts.Cast<HostMatch?>()
            from index in Enumerable.Range(0, r.Route.Matches.Length)
            select new Candidate(r.Log, r.Route, host, index)).ToList();
        var owners = candidates.GroupBy(c => c.Slot).ToDictionary(slot => slot.Key, slot => slot.Min(Candidate.ByAge)!.Log.Workspace);
        _candidates = candidates.ToLookup(c => owners[c.Slot] == c.Log.Workspace);
    }

    /// <summary>Candidates of workspaces that do not own their slot.</summary>
    public IEnumerable<(LogName Log, string Key)> Shadowed => _candidates[false].Select(c => (c.Log, c.Route.Key.Text));

    public string? Match(in RouteRequest request)
    {
        var (host, path, method, isHttps) = (request.Host, request.Path, request.Method, request.IsHttps);
        return _candidates[true]
            .Where(c => HostMatches(c.Host, host) && PathMatches(c.Match.Path, path))
            .Where(c => c.Match.Methods.IsEmpty || c.Match.Methods.Contains(method))
            .Where(c => !isHttps || c.Route.Protocols.HasFlag(RouteProtocols.Https))
            .OrderByDescending(c => c.Host is null ? 0 : c.Host.Type == HostMatchType.Exact ? 2 : 1)
            .ThenByDescending(c => c.Host?.Name.Length ?? 0)
            .ThenBy(c => c.Host?.Type ?? 0)
            .ThenByDescending(c => c.Match.Priority)
            .ThenByDescending(c => isHttps || c.Route.Protocols.HasFlag(RouteProtocols.Http))
            .ThenBy(c => c, Candidate.ByAge)
            .Select(c => $"{c.Log} {c.Route.Key} {c.Index}")
            .FirstOrDefault();
    }

    private static bool HostMatches(HostMatch? pattern, string host) => pattern switch
    {
        null => true,
        { Type: HostMatchType.Exact } => host == pattern.Name,
        { Type: HostMatchType.OneLabel } => host.Split('.', 2) is [_, var rest] && rest == pattern.Name,
        _ => host.EndsWith("." + pattern.Name, StringComparison.Ordinal),
    };

    private static bool PathMatches(PathMatch pattern, string path) => pattern.Type switch
    {
        PathMatchType.Exact => path == pattern.Value,
        PathMatchType.StartsWith => path.StartsWith(pattern.Value, StringComparison.Ordinal),
        PathMatchType.Regex => Regex.IsMatch(path, $"^(?:{pattern.Value})"),
        _ => path == pattern.Value.TrimEnd('/') || path.StartsWith(pattern.Value.TrimEnd('/') + "/", StringComparison.Ordinal),
    };

    private sealed record Candidate(LogName Log, Route Route, HostMatch? Host, int Index)
    {
        public static readonly Comparer<Candidate> ByAge = Comparer<Candidate>.Create((x, y) => Compare(x, y));

        public RouteMatch Match => Route.Matches[Index];

        public (HostMatch?, PathMatchType, string) Slot =>
            (Host, Match.Path.Type, Match.Path.Type == PathMatchType.Prefix ? Match.Path.Value.TrimEnd('/') : Match.Path.Value);

        private static int Compare(Candidate x, Candidate y)
        {
            (DateTimeOffset, string, string, string, int) left = (x.Route.CreatedAt ?? DateTimeOffset.MaxValue, x.Log.Workspace, x.Route.Key.Text, x.Log.Origin, x.Index);
            (DateTimeOffset, string, string, string, int) right = (y.Route.CreatedAt ?? DateTimeOffset.MaxValue, y.Log.Workspace, y.Route.Key.Text, y.Log.Origin, y.Index);
            var byAge = left.Item1.CompareTo(right.Item1);
            return byAge != 0 ? byAge
                : string.CompareOrdinal(left.Item2, right.Item2) is not 0 and var byWorkspace ? byWorkspace
                : string.CompareOrdinal(left.Item3, right.Item3) is not 0 and var byKey ? byKey
                : string.CompareOrdinal(left.Item4, right.Item4) is not 0 and var byOrigin ? byOrigin
                : left.Item5.CompareTo(right.Item5);
        }
    }
}
