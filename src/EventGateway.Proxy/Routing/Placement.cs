using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>A candidate at one of its route's hosts.</summary>
internal readonly record struct Placement(HostMatch? Host, RouteCandidate Candidate)
{
    /// <summary>Below zero when <paramref name="left"/> would win, were both to match one request.</summary>
    public static int Compare(Placement left, Placement right)
    {
        var byHost = HostIndex.LevelOf(right.Host).CompareTo(HostIndex.LevelOf(left.Host));
        return byHost != 0 ? byHost : RouteCandidate.CompareRank(left.Candidate, right.Candidate);
    }

    public static void AddAll(RouteEntry entry, List<Placement> placements)
    {
        foreach (var host in entry.Hosts)
        {
            foreach (var candidate in entry.Candidates)
            {
                placements.Add(new Placement(host, candidate));
            }
        }
    }
}
