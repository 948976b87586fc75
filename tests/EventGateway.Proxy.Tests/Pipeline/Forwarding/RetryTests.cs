using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Pipeline.Forwarding;

public sealed class RetryTests : IAsyncLifetime
{
    private static readonly HealthChecks NoHealth = new() { Outlier = new OutlierEjection { ConsecutiveFailures = 0 } };
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Refused_AnyMethod_AnotherEndpointAnswers(string method)
    {
        await using var good = ScriptedUpstream.Answering();
        Configure(b => b, ClosedPort(), ClosedPort(), good.Port);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((200, "ok"), await SendAsync(method, method == "GET" ? null : new byte[1000]));
        }

        Assert.Equal(10, good.Heads.Count);
    }

    [Fact]
    public async Task Refused_LongBodyThatNobodyRead_IsSentElsewhere()
    {
        var body = RandomNumberGenerator.GetBytes(3_000_000);
        await using var good = await HashingAsync();
        Configure(b => b, ClosedPort(), good.Port);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal((200, Convert.ToHexString(SHA256.HashData(body))), await SendAsync("POST", body));
        }
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    public async Task Broken_BeforeTheAnswer_OnlyIdempotentMethodsAreRepeated(string method, bool isRepeated)
    {
        await using var first = ScriptedUpstream.Breaking();
        await using var second = ScriptedUpstream.Resetting();
        await using var third = ScriptedUpstream.Breaking();
        Configure(b => b, first.Port, second.Port, third.Port);
        // With a body the client underneath sends once; without, it repeats what is idempotent by itself.
        var (status, _) = await SendAsync(method, new byte[100]);
        Assert.Equal(502, status);
        Assert.Equal(isRepeated ? [1, 1, 1] : [0, 0, 1], new[] { first.Heads.Count, second.Heads.Count, third.Heads.Count }.Order());
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData("PATCH / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("BUY / HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Broken_NotIdempotent_ReachesOneUpstreamOnce(string request)
    {
        await using var first = ScriptedUpstream.Breaking();
        await using var second = ScriptedUpstream.Breaking();
        Configure(b => b, first.Port, second.Port);
        await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync(request);
        Assert.StartsWith("HTTP/1.1 502 ", await client.ReadUntilAsync("upstream server"), StringComparison.Ordinal);
        Assert.Equal(1, first.Heads.Count + second.Heads.Count);
    }

    [Fact]
    public async Task Broken_Put_TheOtherGetsTheSameBytes()
    {
        var body = RandomNumberGenerator.GetBytes(RetryPolicy.DefaultMaxBodyBytes);
        await using var bad = ScriptedUpstream.Breaking();
        await using var good = await HashingAsync();
        Configure(b => b, bad.Port, good.Port);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((200, Convert.ToHexString(SHA256.HashData(body))), await SendAsync("PUT", body));
        }

        Assert.InRange(bad.Heads.Count, 1, 10);
    }

    [Fact]
    public async Task Broken_BodyInPieces_TheOtherGetsThemAll()
    {
        var half = new TaskCompletionSource();
        await using var bad = new ScriptedUpstream(async (_, stream, token) =>
        {
            await stream.ReadExactlyAsync(new byte[4], token);
            half.TrySetResult();
            return false;
        });
        await using var good = new ScriptedUpstream(async (head, stream, token) =>
        {
            var body = await ScriptedUpstream.ReadBodyAsync(head, stream, token);
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n"), token);
            await stream.WriteAsync(body, token);
            return true;
        });
        Configure(b => b, bad.Port, good.Port);
        await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nabcd");
        if (await Task.WhenAny(half.Task, Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System)) != half.Task)
        {
            // The good one had the first turn: the next request has the bad one.
            await client.SendAsync("efgh");
            await client.ReadUntilAsync("abcdefgh");
            await client.SendAsync("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n1234");
            await half.Task;
            await client.SendAsync("5678");
            await client.ReadUntilAsync("12345678");
            return;
        }

        await client.SendAsync("efgh");
        await client.ReadUntilAsync("abcdefgh");
    }

    [Fact]
    public async Task Broken_BodyTooLongToKeep_IsNotRepeated()
    {
        await using var first = ScriptedUpstream.Breaking();
        await using var second = ScriptedUpstream.Breaking();
        Configure(b => b with { Retry = new RetryPolicy { MaxBodyBytes = 1000 } }, first.Port, second.Port);
        Assert.Equal(502, (await SendAsync("PUT", new byte[1001])).Status);
        Assert.Equal(1, first.Heads.Count + second.Heads.Count);
        Assert.Equal(502, (await SendAsync("PUT", new byte[1000])).Status);
        Assert.Equal(3, first.Heads.Count + second.Heads.Count);
    }

    [Theory]
    [InlineData("GET", 2)]
    [InlineData("POST", 1)]
    public async Task Silent_TimesOut_504AndOnlyGetIsRepeated(string method, int seen)
    {
        await using var first = ScriptedUpstream.Silent();
        await using var second = ScriptedUpstream.Silent();
        Configure(b => b with { ReadTimeout = TimeSpan.FromMilliseconds(300) }, first.Port, second.Port);
        Assert.Equal(504, (await SendAsync(method)).Status);
        Assert.Equal(seen, first.Heads.Count + second.Heads.Count);
    }

    [Theory]
    [InlineData("GET", false, 200)]
    [InlineData("POST", false, 503)]
    [InlineData("POST", true, 200)]
    public async Task Status_OfThePolicy_IsRepeatedWithNothingOfTheFirstAnswerLeft(string method, bool nonIdempotent, int expected)
    {
        var body = method == "POST" ? RandomNumberGenerator.GetBytes(5000) : [];
        await using var bad = ScriptedUpstream.Answering("HTTP/1.1 503 Busy\r\nX-Bad: 1\r\nContent-Length: 3\r\n\r\nbad");
        await using var good = await HashingAsync();
        Configure(b => b with { Retry = new RetryPolicy { Statuses = [503], NonIdempotent = nonIdempotent } }, bad.Port, good.Port);
        var statuses = new HashSet<int>();
        for (var i = 0; i < 4; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/") { Headers = { Host = "x" }, Content = method == "POST" ? new ByteArrayContent(body) : null };
            using var response = await _gateway.Client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            statuses.Add((int)response.StatusCode);
            if (response.IsSuccessStatusCode)
            {
                Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), text);
                Assert.False(response.Headers.Contains("X-Bad"));
                Assert.Equal("OK", response.ReasonPhrase);
            }
        }

        Assert.Equal(expected == 200 ? [200] : [200, 503], statuses.Order());
    }

    [Fact]
    public async Task Status_NobodyElse_TheLastAnswerIsTheClients()
    {
        await using var first = ScriptedUpstream.Answering("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
        await using var second = ScriptedUpstream.Answering("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
        Configure(b => b with { Retry = new RetryPolicy { Statuses = [503] } }, first.Port, second.Port);
        Assert.Equal((503, "busy"), await SendAsync("GET"));
        Assert.Equal((1, 1), (first.Heads.Count, second.Heads.Count));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(9, 4)]
    public async Task Retries_OfTheBackend_AreTheMost(int retries, int seen)
    {
        var upstreams = Enumerable.Range(0, 4).Select(_ => ScriptedUpstream.Breaking()).ToArray();
        Configure(b => b with { Retries = retries }, [.. upstreams.Select(u => u.Port)]);
        Assert.Equal(502, (await SendAsync("PUT", new byte[10])).Status);
        Assert.Equal(seen, upstreams.Sum(u => u.Heads.Count));
        Assert.All(upstreams, u => Assert.InRange(u.Heads.Count, 0, 1));
        foreach (var upstream in upstreams)
        {
            await upstream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Budget_IsSpent_NoMoreRetries()
    {
        await using var first = ScriptedUpstream.Breaking();
        await using var second = ScriptedUpstream.Breaking();
        Configure(b => b with { Retry = new RetryPolicy { BudgetPercent = 0 } }, first.Port, second.Port);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(502, (await SendAsync("PUT", new byte[10])).Status);
        }

        Assert.InRange(first.Heads.Count + second.Heads.Count, 50 + 1, 50 + (2 * RetryBudget.AlwaysAllowed));
        Assert.Contains("eventgateway_upstream_retries_total{workspace=\"shop\",reason=\"broken\"}", await MetricsAsync(), StringComparison.Ordinal);
        Assert.Contains("eventgateway_upstream_retry_budget_exhausted_total{workspace=\"shop\"}", await MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_InTheMiddleOfTheAnswer_IsNotRepeated()
    {
        await using var first = ScriptedUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin", keepAlive: false);
        await using var second = ScriptedUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin", keepAlive: false);
        Configure(b => b, first.Port, second.Port);
        await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

        // A reset may overtake what was sent before it.
        _ = await Record.ExceptionAsync(client.ReadToEndAsync);
        await TestKit.Processes.Eventually.HoldsAsync(async () => (await MetricsAsync()).Contains("eventgateway_requests_total{workspace=\"shop\"", StringComparison.Ordinal), "the request's end", []);
        Assert.Equal(1, first.Heads.Count + second.Heads.Count);
    }

    [Fact]
    public async Task Upgraded_ThenBroken_IsNotRepeated()
    {
        const string Switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n";
        await using var first = ScriptedUpstream.Answering(Switching, keepAlive: false);
        await using var second = ScriptedUpstream.Answering(Switching, keepAlive: false);
        Configure(b => b, first.Port, second.Port);
        var answer = await RawClient.ExchangeAsync(
            _gateway.HttpPort, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        Assert.Equal(1, first.Heads.Count + second.Heads.Count);
    }

    [Fact]
    public async Task IdleConnections_ClosedByTheUpstream_NoClientSeesIt()
    {
        await using var first = ScriptedUpstream.Answering(keepAlive: false);
        await using var second = ScriptedUpstream.Answering(keepAlive: false);
        await using var third = ScriptedUpstream.Answering(keepAlive: false);
        await using var fourth = ScriptedUpstream.Answering(keepAlive: false);

        // However many of them close just now: the budget is tested elsewhere.
        Configure(b => b with { Retry = new RetryPolicy { BudgetPercent = 100 } }, first.Port, second.Port, third.Port, fourth.Port);
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal((200, "ok"), await SendAsync("GET"));
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal((200, "ok"), await SendAsync("GET"));
            }
        }));
    }

    [Fact]
    public async Task ClientLeaves_EndpointIsNotToBlame()
    {
        await using var first = ScriptedUpstream.Silent();
        await using var second = ScriptedUpstream.Silent();
        Configure(b => b with { Health = null }, first.Port, second.Port);
        for (var i = 0; i < 20; i++)
        {
            await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            var seen = i + 1;
            await TestKit.Processes.Eventually.HoldsAsync(() => Task.FromResult(first.Heads.Count + second.Heads.Count >= seen), "the request at the upstream", []);
        }

        await TestKit.Processes.Eventually.HoldsAsync(async () => (await MetricsAsync()).Contains("code=\"499\"} 20", StringComparison.Ordinal), "all clients gone", []);
        Assert.Contains("eventgateway_upstream_endpoints{workspace=\"shop\",state=\"healthy\"} 2", await MetricsAsync(), StringComparison.Ordinal);
        Assert.Equal((10, 10), (first.Heads.Count, second.Heads.Count));
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task<UpstreamServer> HashingAsync() => UpstreamServer.StartAsync(async context =>
        await context.Response.WriteAsync(Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body))));

    private void Configure(Func<Backend, Backend> configure, params int[] ports) => _gateway.Log().Put([
        .. ports.Distinct().Select((p, i) => (Entity)(Config.Endpoints($"slice-{i}", p) with { Group = "ns/echo" })),
        configure(Config.Backend("echo") with { Health = NoHealth }),
        Config.Route("r", null, "/")]);

    private async Task<(int Status, string Text)> SendAsync(string method, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/") { Headers = { Host = "x" }, Content = body is null ? null : new ByteArrayContent(body) };
        using var response = await _gateway.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<string> MetricsAsync() => _gateway.Client.GetStringAsync(new Uri($"http://127.0.0.1:{_gateway.StatusPort}/metrics"));
}
