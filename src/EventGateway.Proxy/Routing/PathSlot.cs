using System.Text.RegularExpressions;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>
/// All candidates at one host, path type and path value. One workspace owns the slot: the one with the oldest route in it. Its candidates
/// are active, best first; those of the others are shadowed, and kept for the day the owner leaves. What is active depends on the
/// set of candidates only, not on the order in which they came.
/// </summary>
internal sealed class PathSlot(HostMatch? host, PathMatch path, Regex? expression)
{
    private RouteCandidate[] _active = [];
    private List<RouteCandidate>? _shadowed;

    /// <summary>Null: any host.</summary>
    public HostMatch? Host { get; } = host;

    public PathMatch Path { get; } = path;

    /// <summary>Null but for expressions.</summary>
    public Regex? Expression { get; } = expression;

    public RouteCandidate[] Active => Volatile.Read(ref _active);

    public bool IsEmpty => _active.Length == 0;

    /// <summary>The route by which the owner owns the slot. The slot must not be empty.</summary>
    public RouteCandidate Oldest => OldestOf(_active)!;

    /// <summary>Puts a candidate in, takes one out, or both in one step.</summary>
    public void Change(RouteCandidate? add, RouteCandidate? remove, TableVersion version)
    {
        var active = remove is null ? _active : Without(_active, remove);
        active = add is null ? active : With(active, add);
        RouteCandidate[] lost = add is not null && Array.IndexOf(active, add) < 0 ? [add] : [];
        if (_shadowed is { Count: > 0 } && OldestOf(_shadowed) is { } heir
            && (OldestOf(active) is not { } owner || RouteCandidate.CompareAge(heir, owner) < 0))
        {
            lost = active;
            active = HandOver(active, heir);
        }

        if (_shadowed is { Count: 0 })
        {
            _shadowed = null;
        }

        if (!ReferenceEquals(active, _active))
        {
            version.Publish(ref _active, active);
        }

        foreach (var candidate in lost)
        {
            candidate.Route.Log.ReportShadowed(this, candidate);
        }
    }

    private RouteCandidate[] Without(RouteCandidate[] active, RouteCandidate candidate)
    {
        var index = Array.IndexOf(active, candidate);
        if (index >= 0)
        {
            return [.. active.AsSpan(0, index), .. active.AsSpan(index + 1)];
        }

        Restore(candidate);
        _shadowed?.Remove(candidate);
        return active;
    }

    private RouteCandidate[] With(RouteCandidate[] active, RouteCandidate candidate)
    {
        if (active.Length == 0 ? _shadowed is not { Count: > 0 } : SameWorkspace(active[0], candidate))
        {
            return Insert(active, candidate);
        }

        Shadow(candidate);
        return active;
    }

    private RouteCandidate[] HandOver(RouteCandidate[] active, RouteCandidate heir)
    {
        var next = _shadowed!.Where(c => SameWorkspace(c, heir)).ToArray();
        Array.Sort(next, RouteCandidate.CompareRank);
        _shadowed!.RemoveAll(c => SameWorkspace(c, heir));
        foreach (var restored in next)
        {
            Restore(restored);
        }

        foreach (var lost in active)
        {
            Shadow(lost);
        }

        return next;
    }

    private void Shadow(RouteCandidate candidate)
    {
        (_shadowed ??= []).Add(candidate);
        candidate.Route.Log.Shadow(this, candidate);
    }

    private void Restore(RouteCandidate candidate) => candidate.Route.Log.Restore(this, candidate);

    // Before its equals: the new version of a route wins over the one that is about to be removed.
    private static RouteCandidate[] Insert(RouteCandidate[] active, RouteCandidate candidate)
    {
        var low = 0;
        var high = active.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (RouteCandidate.CompareRank(active[middle], candidate) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return [.. active.AsSpan(0, low), candidate, .. active.AsSpan(low)];
    }

    private static RouteCandidate? OldestOf(IReadOnlyList<RouteCandidate> candidates)
    {
        RouteCandidate? oldest = null;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (oldest is null || RouteCandidate.CompareAge(candidates[i], oldest) < 0)
            {
                oldest = candidates[i];
            }
        }

        return oldest;
    }

    private static bool SameWorkspace(RouteCandidate left, RouteCandidate right) =>
        string.Equals(left.Route.Log.Name.Workspace, right.Route.Log.Name.Workspace, StringComparison.Ordinal);
}
