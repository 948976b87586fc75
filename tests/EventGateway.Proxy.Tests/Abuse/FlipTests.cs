using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>One change set after the other turns everything about a route round while requests run: each answer is the old one or the new one.</summary>
public sealed class FlipTests : IAsyncLifetime
{
    private const int Flips = 1500;
    private UpstreamServer _plain = null!;
    private UpstreamServer _http2 = null!;
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _plain = await UpstreamServer.StartAsync(context => context.Response.WriteAsync($"plain {context.Request.Path}"), l => l.Protocols = HttpProtocols.Http1);
        _http2 = await UpstreamServer.StartAsync(context => context.Response.WriteAsync($"http2 {context.Request.Path}"), l => l.Protocols = HttpProtocols.Http2);
        _gateway = await GatewayHost.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _plain.DisposeAsync();
        await _http2.DisposeAsync();
    }

    [Fact]
    public async Task Backend_ProtocolAndEndpointsTogether_NeverOneWithoutTheOther()
    {
        var log = _gateway.Log();
        log.Put(Config.Route("r", "x", "/"), Plain("echo"), Config.Endpoints("echo", _plain.Port));
        await FlipAsync(i => log.Put(i % 2 == 0 ? Plain("echo") : Http2("echo"), Config.Endpoints("echo", i % 2 == 0 ? _plain.Port : _http2.Port)), "plain /p", "http2 /p");
    }

    [Fact]
    public async Task Backend_ProtocolAndGroupTogether_NeverOneWithoutTheOther()
    {
        var log = _gateway.Log();
        log.Put(Config.Endpoints("a", _plain.Port), Config.Endpoints("b", _http2.Port), Config.Route("r", "x", "/"), Plain("echo") with { EndpointsGroup = "ns/a" });
        await FlipAsync(i => log.Put(i % 2 == 0 ? Plain("echo") with { EndpointsGroup = "ns/a" } : Http2("echo") with { EndpointsGroup = "ns/b" }), "plain /p", "http2 /p");
    }

    [Fact]
    public async Task Backend_PathPrefixAndEndpointsTogether_NeverOneWithoutTheOther()
    {
        var log = _gateway.Log();
        await using var other = await UpstreamServer.StartAsync(context => context.Response.WriteAsync($"other {context.Request.Path}"));
        log.Put(Config.Route("r", "x", "/"), Plain("echo"), Config.Endpoints("echo", _plain.Port));
        await FlipAsync(
            i => log.Put(i % 2 == 0 ? Plain("echo") : Plain("echo") with { PathPrefix = "/other" }, Config.Endpoints("echo", i % 2 == 0 ? _plain.Port : other.Port)),
            "plain /p", "other /other/p");
    }

    [Fact]
    public async Task Route_ToANewBackendWhileTheOldOneGoes_NeverNone()
    {
        var log = _gateway.Log();
        log.Put(Config.Route("r", "x", "/", "b0"), Plain("b0"), Config.Endpoints("b0", _plain.Port));
        await FlipAsync(
            i =>
            {
                var (name, before) = ($"b{i}", $"b{i - 1}");
                log.Change(
                    [Config.Route("r", "x", "/", name), i % 2 == 0 ? Plain(name) : Http2(name), Config.Endpoints(name, i % 2 == 0 ? _plain.Port : _http2.Port)],
                    [Config.BackendKey(before), EntityKey.Endpoints("ns", before)]);
            },
            "plain /p", "http2 /p");
    }

    [Fact]
    public async Task Route_ReplacedByAnotherOfTheSamePath_NeverNone()
    {
        var log = _gateway.Log();
        log.Put(Config.Route("r0", "x", "/", "a"), Plain("a"), Config.Endpoints("a", _plain.Port), Http2("b"), Config.Endpoints("b", _http2.Port));
        await FlipAsync(i => log.Change([Config.Route($"r{i}", "x", "/", i % 2 == 0 ? "a" : "b")], [Config.RouteKey($"r{i - 1}")]), "plain /p", "http2 /p");
    }

    private static Backend Plain(string name) => Config.Backend(name) with { Protocol = UpstreamProtocol.Http };

    private static Backend Http2(string name) => Config.Backend(name) with { Protocol = UpstreamProtocol.H2c };

    private async Task FlipAsync(Action<int> flip, params string[] allowed)
    {
        using var over = new CancellationTokenSource();
        var requests = 0;
        var seen = new HashSet<string>();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                using var response = await _gateway.GetAsync("x", "/p");
                var answer = $"{(response.IsSuccessStatusCode ? "" : $"{(int)response.StatusCode} ")}{await response.Content.ReadAsStringAsync(CancellationToken.None)}";
                lock (seen)
                {
                    seen.Add(answer);
                }

                Interlocked.Increment(ref requests);
            }
        })).ToArray();
        for (var i = 1; i <= Flips; i++)
        {
            flip(i);
            var target = Volatile.Read(ref requests) + (i % 3);
            while (Volatile.Read(ref requests) < target && !clients.Any(c => c.IsCompleted))
            {
                await Task.Yield();
            }
        }

        await over.CancelAsync();
        await Task.WhenAll(clients);
        Assert.Equal(allowed.Order(), seen.Order());
    }
}
