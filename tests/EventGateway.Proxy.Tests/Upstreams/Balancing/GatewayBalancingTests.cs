using System.Collections.Concurrent;
using System.Net;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

/// <summary>Every way of balancing through real sockets.</summary>
public sealed class GatewayBalancingTests : IAsyncLifetime
{
    private static readonly string[] Names = ["a", "b", "c", "d"];
    private readonly ConcurrentDictionary<string, Func<Task>> _held = new();
    private readonly List<UpstreamServer> _servers = [];
    private GatewayHost _gateway = null!;
    private TestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var name in Names)
        {
            _servers.Add(await UpstreamServer.StartAsync(async context =>
            {
                context.Response.Cookies.Append("own", name);
                await (_held.TryGetValue(name, out var held) ? held().WaitAsync(context.RequestAborted) : Task.CompletedTask);
                await context.Response.WriteAsync(name);
            }));
        }

        _gateway = await GatewayHost.StartAsync();
        _log = _gateway.Log();
        _log.Put(Config.Route("r", null, "/"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task RoundRobin_Weights_ExactShares()
    {
        PutEndpoints(("a", 5), ("b", 1), ("c", 1), ("d", 0));
        _log.Put(Config.Backend("echo"));
        var answers = new List<string>();
        for (var i = 0; i < 70; i++)
        {
            answers.Add(await _gateway.GetTextAsync("x"));
        }

        Assert.Equal([("a", 50), ("b", 10), ("c", 10)], answers.CountBy(a => a).OrderBy(c => c.Key).Select(c => (c.Key, c.Value)));
    }

    [Fact]
    public async Task LeastConnections_OneHangs_ItGetsNoMore()
    {
        PutEndpoints(("a", 100), ("b", 100), ("c", 100), ("d", 100));
        _log.Put(Config.Backend("echo") with { LoadBalancing = LoadBalancing.LeastConnections });
        var held = new TaskCompletionSource();
        _held["a"] = () => held.Task;
        var first = Enumerable.Range(0, 4).Select(_ => _gateway.GetTextAsync("x")).ToList();
        while (first.Count > 1)
        {
            var done = await Task.WhenAny(first);
            Assert.NotEqual("a", await done);
            first.Remove(done);
        }

        for (var i = 0; i < 40; i++)
        {
            Assert.NotEqual("a", await _gateway.GetTextAsync("x"));
        }

        held.SetResult();
        Assert.Equal("a", await first.Single());
    }

    [Fact]
    public async Task Latency_OneSlow_ItGetsHardlyAny()
    {
        PutEndpoints(("a", 100), ("b", 100), ("c", 100));
        _log.Put(Config.Backend("echo") with { LoadBalancing = LoadBalancing.Latency });
        _held["a"] = () => Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        var answers = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            answers.Add(await _gateway.GetTextAsync("x"));
        }

        Assert.InRange(answers.Count(a => a == "a"), 0, 5);
    }

    [Theory]
    [InlineData(HashSource.Header, "X-User", "/", "X-User")]
    [InlineData(HashSource.Cookie, "user", "/", "Cookie")]
    [InlineData(HashSource.Query, "user", "/?user=", null)]
    [InlineData(HashSource.Path, "", "/p/", null)]
    [InlineData(HashSource.UriCapture, "user", "/users/{0}/cart", null)]
    public async Task Hash_Source_SameKeySameEndpointInEveryProxy(HashSource source, string name, string path, string? header)
    {
        await using var other = await GatewayHost.StartAsync();
        var otherLog = other.Log();
        PutEndpoints(("a", 100), ("b", 100), ("c", 100), ("d", 100));
        _log.Put(
            Config.Backend("echo") with { LoadBalancing = LoadBalancing.ConsistentHashing, Hash = new ConsistentHash(new HashKey(source, name)) },
            Config.Route("users", null, "/users/(?<user>[a-z0-9]+)/", type: PathMatchType.Regex, priority: 9));
        otherLog.Put([.. _log.Image.Entries.Select(e => e.Entity).Reverse()]);
        var used = new HashSet<string>();
        for (var user = 0; user < 40; user++)
        {
            var to = path.Contains("{0}", StringComparison.Ordinal) ? path.Replace("{0}", $"u{user}", StringComparison.Ordinal) : header is null ? $"{path}u{user}" : path;
            var (endpoint, _) = await SendAsync(_gateway, to, header, header == "Cookie" ? $"user=u{user}" : $"u{user}");
            used.Add(endpoint);
            Assert.Equal(endpoint, (await SendAsync(_gateway, to, header, header == "Cookie" ? $"user=u{user}" : $"u{user}")).Text);
            Assert.Equal(endpoint, (await SendAsync(other, to, header, header == "Cookie" ? $"user=u{user}" : $"u{user}")).Text);
        }

        Assert.Equal(Names, used.Order());
    }

    [Fact]
    public async Task Hash_Ip_OneClientOneEndpoint()
    {
        PutEndpoints(("a", 100), ("b", 100), ("c", 100), ("d", 100));
        _log.Put(Config.Backend("echo") with { LoadBalancing = LoadBalancing.ConsistentHashing, Hash = new ConsistentHash(new HashKey(HashSource.Ip)) });
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => _gateway.GetTextAsync("x")));
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Hash_MissingCookie_SetBesideTheUpstreamsOwn()
    {
        PutEndpoints(("a", 100), ("b", 100), ("c", 100), ("d", 100));
        _log.Put(Config.Backend("echo") with
        {
            LoadBalancing = LoadBalancing.ConsistentHashing,
            Hash = new ConsistentHash(new HashKey(HashSource.Cookie, "user")) { CookiePath = "/shop" },
        });
        for (var client = 0; client < 10; client++)
        {
            var (endpoint, cookies) = await SendAsync(_gateway, "/", null, "");
            Assert.Equal(2, cookies.Length);
            var made = Assert.Single(cookies, c => c.StartsWith("user=", StringComparison.Ordinal));
            Assert.EndsWith("; path=/shop; samesite=lax; httponly", made, StringComparison.Ordinal);
            Assert.Single(cookies, c => c.StartsWith($"own={endpoint}", StringComparison.Ordinal));
            var (again, others) = await SendAsync(_gateway, "/", "Cookie", made.Split(';')[0]);
            Assert.Equal(endpoint, again);
            Assert.DoesNotContain(others, c => c.StartsWith("user=", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Sticky_EndpointsComeAndGo_SessionStaysUntilItsOwnGoes()
    {
        PutEndpoints(("a", 100), ("b", 100), ("c", 100), ("d", 100));
        _log.Put(Config.Backend("echo") with { Sticky = new StickyCookie("session") });
        var (endpoint, cookie) = await BeginSessionAsync();
        Assert.DoesNotContain("127.0.0.1", cookie, StringComparison.Ordinal);
        foreach (var name in Names.Where(n => n != endpoint))
        {
            _log.Remove(Key(name));
            await AssertStaysAsync(endpoint, cookie);
        }

        PutEndpoints(("a", 100), ("b", 100), ("c", 100), ("d", 100));
        await AssertStaysAsync(endpoint, cookie);
        _log.Remove(Key(endpoint));
        var (next, cookies) = await SendAsync(_gateway, "/", "Cookie", cookie);
        Assert.NotEqual(endpoint, next);
        await AssertStaysAsync(next, SessionOf(cookies)!);
    }

    [Fact]
    public async Task Sticky_WeightZero_KeepsItsSessionsOnly()
    {
        PutEndpoints(("a", 100), ("b", 100));
        _log.Put(Config.Backend("echo") with { Sticky = new StickyCookie("session") });
        var (endpoint, cookie) = await BeginSessionAsync();
        PutEndpoints((endpoint, 0));
        await AssertStaysAsync(endpoint, cookie);
        for (var i = 0; i < 10; i++)
        {
            Assert.NotEqual(endpoint, await _gateway.GetTextAsync("x"));
        }

        PutEndpoints((endpoint, 100));
        await AssertStaysAsync(endpoint, cookie);
    }

    [Fact]
    public async Task Sticky_Terminating_SessionMovesAtOnce()
    {
        PutEndpoints(("a", 100), ("b", 100));
        _log.Put(Config.Backend("echo") with { Sticky = new StickyCookie("session") });
        var (endpoint, cookie) = await BeginSessionAsync();
        foreach (var weight in new[] { 100, 0 })
        {
            _log.Put(Slice(endpoint, new EndpointAddress("127.0.0.1", Ready: false, Serving: true, Terminating: true) { Weight = weight }));
            var (next, cookies) = await SendAsync(_gateway, "/", "Cookie", cookie);
            Assert.NotEqual(endpoint, next);
            Assert.NotNull(SessionOf(cookies));
        }
    }

    [Fact]
    public async Task Change_Algorithm_LiveWithoutFault()
    {
        PutEndpoints(("a", 100), ("b", 100), ("c", 50), ("d", 1));
        var hash = new ConsistentHash(new HashKey(HashSource.Path)) { BoundPercent = 150 };
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(async c =>
        {
            var answers = new List<HttpStatusCode>();
            while (!stop.IsCancellationRequested)
            {
                using var response = await _gateway.GetAsync("x", $"/{c}");
                answers.Add(response.StatusCode);
            }

            return answers;
        });
        _log.Put(Config.Backend("echo"));
        var running = clients.ToList();
        for (var i = 0; i < 200; i++)
        {
            _log.Put(Config.Backend("echo") with { LoadBalancing = (LoadBalancing)(i % 4), Hash = hash, Sticky = i % 3 == 0 ? new StickyCookie("session") : null });
            PutEndpoints(("a", 1 + (i % 7)), ("b", i % 2), ("c", 50));
            await _gateway.GetTextAsync("x");
        }

        await stop.CancelAsync();
        Assert.All((await Task.WhenAll(running)).SelectMany(a => a), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    private void PutEndpoints(params (string Name, int Weight)[] endpoints) =>
        _log.Put([.. endpoints.Select(e => Slice(e.Name, new EndpointAddress("127.0.0.1") { Weight = e.Weight }))]);

    private Endpoints Slice(string name, EndpointAddress address) =>
        Config.Endpoints($"slice-{name}", _servers[Array.IndexOf(Names, name)].Port) with { Group = "ns/echo", Addresses = [address] };

    private static EntityKey Key(string name) => EntityKey.Endpoints("ns", $"slice-{name}");

    private async Task<(string Endpoint, string Cookie)> BeginSessionAsync()
    {
        var (endpoint, cookies) = await SendAsync(_gateway, "/", null, "");
        return (endpoint, SessionOf(cookies)!);
    }

    private async Task AssertStaysAsync(string endpoint, string cookie)
    {
        for (var i = 0; i < 8; i++)
        {
            var (text, cookies) = await SendAsync(_gateway, "/", "Cookie", cookie);
            Assert.Equal((endpoint, null), (text, SessionOf(cookies)));
        }
    }

    private static string? SessionOf(string[] cookies) => cookies.SingleOrDefault(c => c.StartsWith("session=", StringComparison.Ordinal))?.Split(';')[0];

    private static async Task<(string Text, string[] Cookies)> SendAsync(GatewayHost gateway, string path, string? header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
        {
            request.Headers.Add(header, value);
        }

        using var response = await gateway.Client.SendAsync(request);
        var cookies = response.Headers.TryGetValues("Set-Cookie", out var values) ? values.ToArray() : [];
        return (await response.Content.ReadAsStringAsync(), cookies);
    }
}
