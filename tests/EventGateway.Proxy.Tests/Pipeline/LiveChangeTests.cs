using System.Collections.Concurrent;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tests.Routing;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>Requests without pause while the config changes: every answer is one that a config in force during the request allows.</summary>
public sealed class LiveChangeTests
{
    private const int Changes = 1000;
    private const int Upstreams = 4;
    private static readonly string[] Hosts = ["a.example", "b.example", "x.b.example"];
    private static readonly string[] Paths = ["/", "/a", "/a/b", "/c"];
    private readonly Random _random = new(20260101);

    [Fact]
    public async Task Change_AtRandom_OnlyAnswersOfTheOldOrTheNewConfig()
    {
        var servers = new List<UpstreamServer>();
        for (var i = 0; i < Upstreams; i++)
        {
            servers.Add(await UpstreamServer.NamedAsync($"u{i}"));
        }

        await using var gateway = await GatewayHost.StartAsync();
        var log = gateway.Log();
        log.Put(InitialConfig(servers));
        var allowed = new List<Dictionary<(string, string), HashSet<string>>> { Answers(log, servers) };
        var progress = new Progress { Allowed = allowed };
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(i => Task.Run(() => RequestAsync(gateway, progress, i, stop.Token))).ToArray();
        for (var i = 1; i <= Changes; i++)
        {
            var (put, remove) = NextChange(log, servers);
            lock (allowed)
            {
                allowed.Add(Preview(log, put, remove, servers));
            }

            Volatile.Write(ref progress.Applying, i);
            log.Change(put, remove);
            Volatile.Write(ref progress.Applied, i);

            // At least one whole request of any client between changes: a change that is over must show.
            var target = Interlocked.Read(ref progress.Requests) + 2;
            while (Interlocked.Read(ref progress.Requests) < target && !clients.Any(c => c.IsCompleted))
            {
                await Task.Yield();
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.Empty(progress.Wrong);
        Assert.True(progress.Seen.Count > Upstreams, string.Join(", ", progress.Seen.Keys));
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    private static async Task RequestAsync(GatewayHost gateway, Progress progress, int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        while (!cancellationToken.IsCancellationRequested)
        {
            var (host, path) = (Hosts[random.Next(Hosts.Length)], Paths[random.Next(Paths.Length)]);
            var from = Volatile.Read(ref progress.Applied);
            using var response = await gateway.GetAsync(host, path);
            var answer = response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(CancellationToken.None) : $"{(int)response.StatusCode}";
            var to = Volatile.Read(ref progress.Applying);
            progress.Seen.TryAdd(answer, 0);
            lock (progress.Allowed)
            {
                if (!progress.Allowed.Skip(from).Take(to - from + 1).Any(a => a[(host, path)].Contains(answer)))
                {
                    progress.Wrong.Add($"{host}{path}: {answer} between {from} and {to}");
                }
            }

            Interlocked.Increment(ref progress.Requests);
        }
    }

    private static Entity[] InitialConfig(List<UpstreamServer> servers) =>
    [
        .. servers.Select((s, i) => Config.Endpoints($"b{i}", s.Port)),
        .. servers.Select((_, i) => Config.Backend($"b{i}")),
        Config.Route("r0", null, "/", "b0"),
    ];

    private (List<Entity> Put, List<EntityKey> Remove) NextChange(TestLog log, List<UpstreamServer> servers)
    {
        var put = new List<Entity>();
        var remove = new List<EntityKey>();
        switch (_random.Next(6))
        {
            case 0: // Endpoints of one backend: none, its own, or another's too.
                var backend = _random.Next(Upstreams);
                int[] ports = _random.Next(3) switch { 0 => [], 1 => [servers[backend].Port], _ => [servers[_random.Next(Upstreams)].Port] };
                put.Add(Config.Endpoints($"b{backend}", ports) with { Addresses = ports.Length == 0 ? [] : [new EndpointAddress("127.0.0.1")] });
                break;
            case 1: // A backend and the routes to it leave together; the routes go on elsewhere.
                var leaving = log.Image.Backends.Select(b => b.Entity).OrderBy(b => b.Key).ElementAt(_random.Next(log.Image.Backends.Count));
                if (log.Image.Backends.Count > 2)
                {
                    remove.Add(leaving.Key);
                    var heir = log.Image.Backends.Select(b => b.Entity.Key).Order().First(k => k != leaving.Key);
                    put.AddRange(log.Image.Routes.Select(r => r.Entity).Where(r => r.Backends.Any(b => b.Backend == leaving.Key)).Select(r => r with { Backends = [new WeightedBackend(heir, 1)] }));
                }

                break;
            case 2: // Missing backends come back.
                put.AddRange(Enumerable.Range(0, Upstreams).Where(i => !log.Image.Backends.TryGet(Config.BackendKey($"b{i}"), out _)).Select(i => Config.Backend($"b{i}")));
                break;
            default: // Any routes at once.
                for (var i = _random.Next(1, 4); i > 0; i--)
                {
                    var name = $"r{_random.Next(6)}";
                    if (_random.Next(3) == 0)
                    {
                        remove.Add(Config.RouteKey(name));
                        put.RemoveAll(e => e.Key == Config.RouteKey(name));
                    }
                    else if (!remove.Contains(Config.RouteKey(name)))
                    {
                        put.RemoveAll(e => e.Key == Config.RouteKey(name));
                        put.Add(RandomRoute(name));
                    }
                }

                break;
        }

        return (put, remove);
    }

    private Route RandomRoute(string name)
    {
        string?[] hosts = [null, "a.example", "b.example", "*.b.example", "**.example"];
        var type = _random.Next(3) switch { 0 => PathMatchType.Exact, 1 => PathMatchType.StartsWith, _ => PathMatchType.Prefix };
        return Config.Route(name, hosts[_random.Next(hosts.Length)], Paths[_random.Next(Paths.Length)], type: type, priority: (ulong)_random.Next(3)) with
        {
            Backends = Config.Weights(($"b{_random.Next(Upstreams)}", _random.Next(3)), ($"b{_random.Next(Upstreams)}", _random.Next(3))),
            CreatedAt = Config.Epoch.AddDays(_random.Next(3)),
        };
    }

    private static Dictionary<(string, string), HashSet<string>> Preview(TestLog log, List<Entity> put, List<EntityKey> remove, List<UpstreamServer> servers)
    {
        var next = new TestLog(log.Name);
        next.Put([.. log.Image.Entries.Select(e => e.Entity)]);
        next.Change(put, remove);
        return Answers(next, servers);
    }

    private static Dictionary<(string, string), HashSet<string>> Answers(TestLog log, List<UpstreamServer> servers)
    {
        var reference = new ReferenceMatcher(log.Image.Routes.Select(r => (log.Name, r.Entity)));
        var answers = new Dictionary<(string, string), HashSet<string>>();
        foreach (var (host, path) in Hosts.SelectMany(h => Paths.Select(p => (h, p))))
        {
            answers[(host, path)] = reference.Match(Tables.Request(host, path)) is { } match
                ? [.. AnswersOf(log, EntityKey.Parse(match.Split(' ')[1]), servers)]
                : ["404"];
        }

        return answers;
    }

    private static IEnumerable<string> AnswersOf(TestLog log, EntityKey key, List<UpstreamServer> servers)
    {
        Assert.True(log.Image.Routes.TryGet(key, out var route));
        var weighted = route.Entity.Backends.Where(b => b.Weight > 0).ToList();
        return weighted.Count == 0 ? ["503"] : weighted.SelectMany(b =>
        {
            var ports = log.Image.Backends.TryGet(b.Backend, out var backend)
                ? log.Image.Endpoints.Where(e => e.Entity.Group == backend.Entity.EndpointsGroup && e.Entity.Addresses.Length > 0).SelectMany(e => e.Entity.Ports).ToList()
                : [];
            return ports.Count == 0 ? ["503"] : ports.Select(p => $"u{servers.FindIndex(s => s.Port == p.Port)}");
        });
    }

    private sealed class Progress
    {
        public int Applied;
        public int Applying;
        public long Requests;

        public required List<Dictionary<(string, string), HashSet<string>>> Allowed { get; init; }

        public ConcurrentBag<string> Wrong { get; } = [];

        public ConcurrentDictionary<string, int> Seen { get; } = new();
    }
}
