using System.Collections.Concurrent;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;

namespace EventGateway.Proxy.Streams;

/// <summary>
/// The stream routes of one open port. The oldest of them says what the port is: a tcp route has it alone, as bytes of any protocol name
/// nobody; otherwise it is shared by server name, and tcp routes lose. Of two routes for one server name the older wins, then the
/// workspace's name decides. One writer, any number of readers.
/// </summary>
internal sealed class StreamPort(int number)
{
    private static readonly HostMatch AnyHost = new("", HostMatchType.Suffix);
    private static readonly Comparer<RouteEntry> ByAge = Comparer<RouteEntry>.Create((left, right) => RouteCandidate.CompareAge(left.StreamCandidate!, right.StreamCandidate!));

    private readonly SortedSet<RouteEntry> _tcp = new(ByAge);
    private readonly SortedSet<RouteEntry> _tls = new(ByAge);
    private readonly Dictionary<HostMatch, SortedSet<RouteEntry>> _claims = [];
    private readonly ConcurrentDictionary<HostMatch, RouteEntry> _served = new(1, 7);
    private volatile RouteEntry? _alone;

    public int Number { get; } = number;

    /// <summary>Whether routes are told apart by server name, so that the client has to speak first, and TLS.</summary>
    public bool IsByServerName => _alone is null && !_served.IsEmpty;

    /// <param name="serverName">In lower case, without trailing dot; empty: the client named none.</param>
    public RouteEntry? Find(string serverName)
    {
        if (_alone is { } alone)
        {
            return alone;
        }

        if (serverName.Length > 0)
        {
            if (_served.TryGetValue(new HostMatch(serverName, HostMatchType.Exact), out var exact))
            {
                return exact;
            }

            if (HostName.HasSoundLabels(serverName) && FindWildcard(serverName) is { } wildcard)
            {
                return wildcard;
            }
        }

        return _served.GetValueOrDefault(AnyHost);
    }

    /// <summary>Puts a route in, takes one out, or both as one step: readers never see a name without a route in between.</summary>
    public void Change(RouteEntry? add, RouteEntry? remove)
    {
        var touched = new HashSet<HostMatch>();
        if (remove is not null)
        {
            SetOf(remove).Remove(remove);
            foreach (var host in HostsOf(remove))
            {
                _claims[host].Remove(remove);
                touched.Add(host);
            }
        }

        if (add is not null)
        {
            SetOf(add).Add(add);
            foreach (var host in HostsOf(add))
            {
                if (!_claims.TryGetValue(host, out var claims))
                {
                    _claims[host] = claims = new SortedSet<RouteEntry>(ByAge);
                }

                claims.Add(add);
                touched.Add(host);
            }
        }

        Publish(touched);
    }

    /// <summary>What of the port the route does not get, and who has it.</summary>
    public IEnumerable<string> LossesOf(RouteEntry entry)
    {
        if (_alone is { } alone)
        {
            return ReferenceEquals(alone, entry) ? [] : [Loss($"port {Number}", alone, entry, "port")];
        }

        if (entry.Protocols == RouteProtocols.Tcp)
        {
            return _tls.Min is { } owner ? [Loss($"port {Number}", owner, entry, "port")] : [];
        }

        return from host in HostsOf(entry)
               where _served.TryGetValue(host, out var owner) && !ReferenceEquals(owner, entry)
               select Loss($"port {Number}, {(host == AnyHost ? "any server name" : $"server name {host}")}", _served[host], entry, "port or server name");
    }

    private void Publish(HashSet<HostMatch> touched)
    {
        foreach (var host in touched)
        {
            if (_claims[host].Min is { } winner)
            {
                _served[host] = winner;
            }
            else
            {
                _claims.Remove(host);
                _served.TryRemove(host, out _);
            }
        }

        _alone = _tcp.Min is { } tcp && (_tls.Min is not { } tls || ByAge.Compare(tcp, tls) < 0) ? tcp : null;
    }

    private RouteEntry? FindWildcard(string serverName)
    {
        var isFirst = true;
        for (var dot = serverName.IndexOf('.'); dot >= 0; dot = serverName.IndexOf('.', dot + 1))
        {
            var rest = serverName[(dot + 1)..];
            if ((isFirst && _served.TryGetValue(new HostMatch(rest, HostMatchType.OneLabel), out var route))
                || _served.TryGetValue(new HostMatch(rest, HostMatchType.Suffix), out route))
            {
                return route;
            }

            isFirst = false;
        }

        return null;
    }

    private SortedSet<RouteEntry> SetOf(RouteEntry entry) => entry.Protocols == RouteProtocols.Tcp ? _tcp : _tls;

    private static IEnumerable<HostMatch> HostsOf(RouteEntry entry) =>
        entry.Protocols == RouteProtocols.Tcp ? [] : entry.Hosts.Select(h => h ?? AnyHost);

    private static string Loss(string what, RouteEntry winner, RouteEntry loser, string other)
    {
        var source = winner.Entity.Source.Length > 0 ? winner.Entity.Source : winner.Entity.Key.Text;
        return $"{what} belongs to {source} of workspace {winner.Log.Name.Workspace}, "
            + $"{(winner.CreatedTicks == loser.CreatedTicks ? "whose name comes first" : "which is older")}; use another {other}, or remove that one";
    }
}
