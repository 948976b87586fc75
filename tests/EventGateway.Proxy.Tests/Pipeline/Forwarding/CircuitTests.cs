using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;

namespace EventGateway.Proxy.Tests.Pipeline.Forwarding;

public sealed class CircuitTests : IAsyncLifetime
{
    private const string Full = """{"message":"the upstream has as many requests in flight as it may have"}""";
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task MaxRequests_OneMore_503WithoutAskingTheUpstream()
    {
        var go = new TaskCompletionSource();
        await using var upstream = Held(go.Task);
        Configure(b => b with { Circuit = new CircuitLimits { MaxRequests = 3 } }, upstream);
        var running = Enumerable.Range(0, 3).Select(_ => _gateway.GetTextAsync("x")).ToList();
        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Heads.Count == 3), "three requests in flight", []);
        Assert.Equal(Full, await _gateway.GetTextAsync("x"));
        Assert.Equal(3, upstream.Heads.Count);
        Assert.Contains("eventgateway_upstream_circuit_open_total{workspace=\"shop\",limit=\"backend\"} 1", await MetricsAsync(), StringComparison.Ordinal);
        go.SetResult();
        Assert.All(await Task.WhenAll(running), t => Assert.Equal("ok", t));
        Assert.Equal("ok", await _gateway.GetTextAsync("x"));
    }

    [Fact]
    public async Task MaxRequestsPerEndpoint_FullOnes_ArePassedOver()
    {
        var go = new TaskCompletionSource();
        await using var slow = Held(go.Task);
        await using var fast = ScriptedUpstream.Answering();
        Configure(b => b with { Circuit = new CircuitLimits { MaxRequestsPerEndpoint = 1 } }, slow, fast);
        var held = new List<Task<string>>();
        while (slow.Heads.IsEmpty)
        {
            held.Add(_gateway.GetTextAsync("x"));
            await Task.WhenAny(held[^1], Eventually.HoldsAsync(() => Task.FromResult(!slow.Heads.IsEmpty), "the slow one is taken", []));
        }

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("ok", await _gateway.GetTextAsync("x"));
        }

        Assert.Single(slow.Heads);
        go.SetResult();
        await Task.WhenAll(held);
    }

    [Fact]
    public async Task MaxRequestsPerEndpoint_AllFull_503()
    {
        var go = new TaskCompletionSource();
        await using var upstream = Held(go.Task);
        Configure(b => b with { Circuit = new CircuitLimits { MaxRequestsPerEndpoint = 2 } }, upstream);
        var running = Enumerable.Range(0, 2).Select(_ => _gateway.GetTextAsync("x")).ToList();
        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Heads.Count == 2), "two requests in flight", []);
        Assert.Equal(Full, await _gateway.GetTextAsync("x"));
        Assert.Contains("limit=\"endpoint\"} 1", await MetricsAsync(), StringComparison.Ordinal);
        go.SetResult();
        await Task.WhenAll(running);
        Assert.Equal("ok", await _gateway.GetTextAsync("x"));
    }

    [Fact]
    public async Task MaxConnectionsPerEndpoint_RequestsBeyond_WaitForOne()
    {
        await using var upstream = ScriptedUpstream.Answering();
        Configure(b => b with { Circuit = new CircuitLimits { MaxConnectionsPerEndpoint = 2 } }, upstream);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _gateway.GetTextAsync("x"))), t => Assert.Equal("ok", t));
        Assert.InRange(upstream.Connections, 1, 2);
    }

    [Fact]
    public async Task WriteTimeout_UpstreamTakesNoBytes_504Soon()
    {
        await using var upstream = ScriptedUpstream.Silent();
        Configure(b => b with { WriteTimeout = TimeSpan.FromMilliseconds(300), ReadTimeout = TimeSpan.FromMinutes(5) }, upstream);
        using var content = new ByteArrayContent(new byte[64 * 1024 * 1024]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Headers = { Host = "x", ExpectContinue = true }, Content = content };
        using var response = await _gateway.Client.SendAsync(request);
        Assert.Equal(504, (int)response.StatusCode);
        Assert.Equal("""{"message":"The upstream server is timing out"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task WriteTimeout_SlowClientAndSlowAnswer_IsNotMeant()
    {
        await using var upstream = new ScriptedUpstream(async (head, stream, token) =>
        {
            await ScriptedUpstream.ReadBodyAsync(head, stream, token);
            await Task.Delay(TimeSpan.FromMilliseconds(600), TimeProvider.System, token);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), token);
            return true;
        });
        Configure(b => b with { WriteTimeout = TimeSpan.FromMilliseconds(200) }, upstream);
        await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
        await Eventually.HoldsAsync(() => Task.FromResult(!upstream.Heads.IsEmpty), "the head at the upstream", []);
        await Task.Delay(TimeSpan.FromMilliseconds(600), TimeProvider.System, TestContext.Current.CancellationToken);
        await client.SendAsync("cd");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadUntilAsync("ok"), StringComparison.Ordinal);
    }

    private static ScriptedUpstream Held(Task go) => new(async (_, stream, token) =>
    {
        await go.WaitAsync(token);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), token);
        return true;
    });

    private void Configure(Func<Backend, Backend> configure, params ScriptedUpstream[] upstreams) => _gateway.Log().Put([
        .. upstreams.Select((u, i) => (Entity)(Config.Endpoints($"slice-{i}", u.Port) with { Group = "ns/echo" })),
        configure(Config.Backend("echo")),
        Config.Route("r", null, "/")]);

    private Task<string> MetricsAsync() => _gateway.Client.GetStringAsync(new Uri($"http://127.0.0.1:{_gateway.StatusPort}/metrics"));
}
