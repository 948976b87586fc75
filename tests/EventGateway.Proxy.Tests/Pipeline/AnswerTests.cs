using System.Collections.Immutable;
using EventGateway.Core.Loading;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>The answers the gateway makes itself.</summary>
public sealed class AnswerTests : IAsyncLifetime
{
    private const string Host = "shop.example";
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task NoRoute_404() => await CheckAsync(404, "no Route matched with those values");

    [Fact]
    public async Task NoConfigYet_503ThenNeverAgain()
    {
        _gateway.State.Readiness = new Readiness(ImmutableArray.Create("reading"));
        await CheckAsync(503, "no configuration is loaded yet");
        _gateway.State.Readiness = Readiness.Ready;
        await CheckAsync(404, "no Route matched with those values");
        _gateway.State.Readiness = new Readiness(ImmutableArray.Create("reading"));
        await CheckAsync(404, "no Route matched with those values");
    }

    [Fact]
    public async Task UnknownBackend_503UntilItComes()
    {
        await using var upstream = await UpstreamServer.NamedAsync("here");
        var log = _gateway.Log();
        log.Put(Config.Route("r", Host, "/"));
        await CheckAsync(503, "failure to get a peer from the ring-balancer");
        log.Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"));
        Assert.Equal("here", await _gateway.GetTextAsync(Host));
        log.Remove(Config.BackendKey("echo"));
        await CheckAsync(503, "failure to get a peer from the ring-balancer");
    }

    [Fact]
    public async Task NoBackends_503()
    {
        _gateway.Log().Put(Config.Route("r", Host, "/") with { Backends = [] });
        await CheckAsync(503, "failure to get a peer from the ring-balancer");
    }

    [Fact]
    public async Task AllWeightsZero_503()
    {
        await using var upstream = await UpstreamServer.NamedAsync("here");
        _gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", Host, "/") with { Backends = Config.Weights(("echo", 0), ("other", 0)) });
        await CheckAsync(503, "failure to get a peer from the ring-balancer");
    }

    [Fact]
    public async Task ConnectionRefused_502()
    {
        _gateway.Log().Put(Config.Endpoints("echo", 1), Config.Backend("echo"), Config.Route("r", Host, "/"));
        await CheckAsync(502, "An invalid response was received from the upstream server");
    }

    [Fact]
    public async Task GarbageFromTheUpstream_502()
    {
        await using var upstream = new RawUpstream("SSH-2.0-OpenSSH\r\n\r\n");
        _gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", Host, "/"));
        await CheckAsync(502, "An invalid response was received from the upstream server");
    }

    [Fact]
    public async Task SilentUpstream_504()
    {
        await using var upstream = new RawUpstream(null);
        _gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { ReadTimeout = TimeSpan.FromMilliseconds(200) }, Config.Route("r", Host, "/"));
        await CheckAsync(504, "The upstream server is timing out");
    }

    [Fact]
    public async Task ConnectTimeout_504()
    {
        // A listener whose queue is full drops further connection attempts.
        using var full = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        full.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        full.Listen(0);
        var port = ((System.Net.IPEndPoint)full.LocalEndPoint!).Port;
        var fillers = Enumerable.Range(0, 4).Select(_ => new System.Net.Sockets.TcpClient()).ToArray();
        _ = fillers.Select(f => f.ConnectAsync(System.Net.IPAddress.Loopback, port)).ToArray();
        _gateway.Log().Put(Config.Endpoints("echo", port), Config.Backend("echo") with { ConnectTimeout = TimeSpan.FromMilliseconds(200) }, Config.Route("r", Host, "/"));
        await CheckAsync(504, "The upstream server is timing out");
        Assert.All(fillers, f => f.Dispose());
    }

    [Fact]
    public async Task UpstreamsOwn503_PassesThrough()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        _gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", Host, "/"));
        using var response = await _gateway.GetAsync(Host);
        Assert.Equal("Busy", response.ReasonPhrase);
        Assert.False(response.Headers.Contains("Server"));
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Head_NoRoute_HeadersOnly()
    {
        var answer = await RawClient.ExchangeAsync(_gateway.HttpPort, "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpsOnlyRouteByHttp_426AsKong()
    {
        _gateway.Log().Put(Config.Route("r", Host, "/") with { Protocols = RouteProtocols.Https });
        using var response = await CheckAsync(426, "Please use HTTPS protocol");
        Assert.Equal("Upgrade", response.Headers.Connection.ToString());
        Assert.Equal("TLS/1.2, HTTP/1.1", response.Headers.Upgrade.ToString());
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task HttpsOnlyRouteByHttp_Redirects(int status)
    {
        _gateway.Log().Put(Config.Route("r", Host, "/") with { Protocols = RouteProtocols.Https, HttpsRedirectStatus = status });
        using var response = await _gateway.GetAsync(Host, "/a%2Fb?c=%20d");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("https://shop.example/a%2Fb?c=%20d", response.Headers.Location!.OriginalString);
        Assert.StartsWith("eventgateway/", response.Headers.Server.ToString(), StringComparison.Ordinal);
        using var direct = await _gateway.GetAsync($"{Host}:{_gateway.HttpPort}", "/a");
        Assert.Equal($"https://shop.example:{_gateway.HttpsPort}/a", direct.Headers.Location!.OriginalString);
        using var mapped = await _gateway.GetAsync($"{Host}:30080", "/a");
        Assert.Equal("https://shop.example/a", mapped.Headers.Location!.OriginalString);
    }

    private async Task<HttpResponseMessage> CheckAsync(int status, string message)
    {
        var response = await _gateway.GetAsync(Host);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal($$"""{"message":"{{message}}"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.StartsWith("eventgateway/", response.Headers.Server.ToString(), StringComparison.Ordinal);
        return response;
    }
}
