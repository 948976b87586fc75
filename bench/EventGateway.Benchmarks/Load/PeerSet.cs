namespace EventGateway.Benchmarks.Load;

/// <summary>The upstream and all peers, started; they end with this object.</summary>
internal sealed class PeerSet : IAsyncDisposable
{
    /// <summary>Of a gateway that writes an access log and counts by route.</summary>
    private const string LoggingSuffix = " (log + route metrics)";

    private readonly List<Peer> _started = [];
    private readonly LoadArea _area = new();

    private PeerSet()
    {
    }

    public LoadArea Area => _area;

    /// <summary>Without the upstream.</summary>
    public IReadOnlyList<Peer> Peers => _started[1..];

    /// <summary>Starts what is installed, and tells what is not.</summary>
    public static async Task<PeerSet> StartAsync(LoadOptions options, TextWriter output)
    {
        foreach (var needed in new[] { "nginx", "wrk", "h2load" })
        {
            if (LoadArea.Find(needed) is null)
            {
                throw new InvalidOperationException($"'{needed}' is not installed (Debian: nginx, wrk, nghttp2-client); the load needs it.");
            }
        }

        var set = new PeerSet();
        try
        {
            await set.StartPeersAsync(options, output);
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in Enumerable.Reverse(_started))
        {
            await peer.DisposeAsync();
        }

        _area.Dispose();
    }

    private async Task StartPeersAsync(LoadOptions options, TextWriter output)
    {
        var probe = LoadCase.KeepAlive[0];
        await StartAsync(StaticUpstream.Create(_area, out var upstreams), probe);
        var own = new GatewayBuild("EventGateway", options.Executable, []);
        var all = options.Beside.Prepend(own).SelectMany(build => new (string Name, Func<Peer>? Create)[]
        {
            (build.Name, () => GatewayPeer.Create(_area, options, build, build.Name, withLog: false, upstreams)),
            (build.Name + LoggingSuffix, () => GatewayPeer.Create(_area, options, build, build.Name + LoggingSuffix, withLog: true, upstreams)),
        }).Append((YarpPeer.Name, () => YarpPeer.Create(_area, options, withDefaults: false, upstreams)))
        .Append((YarpPeer.DefaultsName, () => YarpPeer.Create(_area, options, withDefaults: true, upstreams)))
        .Append(("nginx", () => NginxPeer.Create(_area, options, upstreams)))
        .Append(("HAProxy", LoadArea.Find("haproxy") is null ? null : () => HaproxyPeer.Create(_area, options, upstreams)));
        foreach (var (name, create) in all.Where(p => options.Peers.Count == 0 || options.Peers.Contains(p.Name, StringComparer.OrdinalIgnoreCase)))
        {
            if (create is null)
            {
                await output.WriteLineAsync($"{name} is not installed: left out.");
                continue;
            }

            await StartAsync(create(), probe);
        }
    }

    private async Task StartAsync(Peer peer, LoadCase probe)
    {
        _started.Add(peer);
        await peer.StartAsync(probe);
    }
}
