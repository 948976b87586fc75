using System.Collections.Concurrent;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>
/// Host patterns: exact names first, then wildcards from the longest to the shortest (at equal length the one that stands for
/// one label before the one that stands for any number), then routes for any host. One writer, any number of readers.
/// </summary>
internal sealed class HostIndex
{
    private readonly ConcurrentDictionary<string, HostPaths> _exact = NewMap();
    private readonly ConcurrentDictionary<string, HostPaths> _oneLabel = NewMap();
    private readonly ConcurrentDictionary<string, HostPaths> _suffix = NewMap();
    private readonly HostPaths _any = new(null);

    // The maps' own IsEmpty takes their locks. Never less than the maps hold, so that no reader passes one by.
    private volatile int _wildcards;

    public void Find(in RouteRequest request, ref BestMatch best)
    {
        var host = HostName.Of(request.Host);
        if (!host.IsEmpty)
        {
            if (_exact.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(host, out var paths))
            {
                paths.Find(request.Path, ref best);
            }

            if (best.Candidate is null)
            {
                FindWildcard(host, request.Path, ref best);
            }
        }

        if (best.Candidate is null)
        {
            _any.Find(request.Path, ref best);
        }
    }

    public HostPaths? Find(HostMatch? host) => host is null ? _any : MapOf(host).GetValueOrDefault(host.Name);

    public HostPaths GetOrAdd(HostMatch? host)
    {
        if (Find(host) is { } existing)
        {
            return existing;
        }

        var added = new HostPaths(host);
        if (host!.Type != HostMatchType.Exact)
        {
            _wildcards++;
        }

        MapOf(host)[host.Name] = added;
        return added;
    }

    public void Remove(HostPaths paths)
    {
        if (paths.Host is { } host && MapOf(host).TryRemove(host.Name, out _) && host.Type != HostMatchType.Exact)
        {
            _wildcards--;
        }
    }

    /// <summary>Orders host patterns: of two that match one request the higher wins.</summary>
    public static int LevelOf(HostMatch? host) => host switch
    {
        null => 0,
        { Type: HostMatchType.Exact } => int.MaxValue,
        { Type: HostMatchType.OneLabel } => (2 * host.Name.Length) + 1,
        _ => 2 * host.Name.Length,
    };

    private void FindWildcard(ReadOnlySpan<char> host, string path, ref BestMatch best)
    {
        if (_wildcards == 0 || !HostName.HasSoundLabels(host))
        {
            return;
        }

        var oneLabel = _oneLabel.GetAlternateLookup<ReadOnlySpan<char>>();
        var suffix = _suffix.GetAlternateLookup<ReadOnlySpan<char>>();
        var isFirst = true;
        for (var dot = host.IndexOf('.'); dot >= 0; dot = host.IndexOf('.'))
        {
            host = host[(dot + 1)..];
            if (isFirst && oneLabel.TryGetValue(host, out var paths))
            {
                paths.Find(path, ref best);
            }

            if (best.Candidate is null && suffix.TryGetValue(host, out paths))
            {
                paths.Find(path, ref best);
            }

            if (best.Candidate is not null)
            {
                return;
            }

            isFirst = false;
        }
    }

    private ConcurrentDictionary<string, HostPaths> MapOf(HostMatch host) => host.Type switch
    {
        HostMatchType.Exact => _exact,
        HostMatchType.OneLabel => _oneLabel,
        _ => _suffix,
    };

    private static ConcurrentDictionary<string, HostPaths> NewMap() => new(1, 31, StringComparer.OrdinalIgnoreCase);
}
