using System.Net;
using System.Net.Sockets;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>Upstreams that do not keep to HTTP, or say too little or too much. The client gets a right status or a broken answer, and nobody else is harmed.</summary>
public sealed class UpstreamAbuseTests : IAsyncLifetime
{
    private const int Requests = 20;
    private readonly RawUpstream _good = new();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync();
        _gateway.Log("good").Put(Config.Endpoints("good", _good.Port), Config.Backend("good"), Config.Route("good", "good", "/", "good"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _good.DisposeAsync();
    }

    [Fact]
    public async Task Silent_ManyRequests_504AndTheirConnectionsEnd()
    {
        await using var upstream = CountingUpstream.Silent();
        Put(upstream.Port, TimeSpan.FromSeconds(1));
        await AllAsync(504);
        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Open == 0), "no connection to be left", []);
    }

    [Fact]
    public async Task HeadersOneByteAtATime_504AndTheirConnectionsEnd()
    {
        await using var upstream = new CountingUpstream(async (stream, _, stop) =>
        {
            await stream.ReadAtLeastAsync(new byte[4096], 16, throwOnEndOfStream: false, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nX-A: "u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("a"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, stop);
            }
        });
        Put(upstream.Port, TimeSpan.FromSeconds(1));
        await AllAsync(504);
        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Open == 0), "no connection to be left", []);
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-A: a\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: ", "a")]
    [InlineData("HTTP/1.1 200 ", "a")]
    [InlineData("", "a")]
    public async Task Headers_WithoutEnd_502AndTheirConnectionsEnd(string first, string piece)
    {
        await using var upstream = CountingUpstream.Endless(first, Repeated(piece));
        Put(upstream.Port, TimeSpan.FromSeconds(60));
        await AllAsync(502);
        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Open == 0), "no connection to be left", []);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin", "")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\n", "")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", "a")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\n0\r\n", "X-A: aaaaaaaaa\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbeginx", "")]
    public async Task Body_WithoutEnd_502OrTheAnswerBreaksOffAndTheConnectionEnds(string first, string piece)
    {
        await using var upstream = piece.Length == 0 ? CountingUpstream.Stalling(first) : CountingUpstream.Endless(first, Repeated(piece));
        Put(upstream.Port, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
        {
            // An answer that breaks off at once can take its head with it.
            var status = default(HttpStatusCode);
            var error = await Record.ExceptionAsync(async () =>
            {
                using var response = await HeadAsync();
                status = response.StatusCode;
                await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            });
            Assert.True(error is HttpRequestException or IOException || status == HttpStatusCode.BadGateway, $"A whole answer came: {(int)status}");
        }

        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Open == 0), "no connection to be left", []);
        Assert.Equal("ok", await _gateway.GetTextAsync("good"));
    }

    // A listener whose queue is full: attempts to connect are neither taken nor refused.
    [Fact]
    public async Task Unreachable_ManyRequests_504AndOthersAreServedMeanwhile()
    {
        using var full = new Socket(SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var port = ((IPEndPoint)full.LocalEndPoint!).Port;
        var fillers = Enumerable.Range(0, 4).Select(_ => new TcpClient()).ToArray();
        _ = fillers.Select(f => f.ConnectAsync(IPAddress.Loopback, port)).ToArray();
        _gateway.Log().Put(
            Config.Endpoints("echo", port), Config.Backend("echo") with { ConnectTimeout = TimeSpan.FromSeconds(2) }, Config.Route("r", "x", "/"));
        var waiting = Task.WhenAll(Enumerable.Range(0, 10 * Requests).Select(async _ =>
        {
            using var response = await _gateway.GetAsync("x");
            return (int)response.StatusCode;
        }));
        var served = 0;
        while (!waiting.IsCompleted || served < Requests)
        {
            Assert.Equal("ok", await _gateway.GetTextAsync("good"));
            served++;
        }

        Assert.All(await waiting, s => Assert.Equal(504, s));
        Assert.All(fillers, f => f.Dispose());
    }

    private static byte[] Repeated(string piece) => System.Text.Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(piece, 1024)));

    private async Task AllAsync(int status)
    {
        var waiting = Task.WhenAll(Enumerable.Range(0, Requests).Select(async _ =>
        {
            using var response = await _gateway.GetAsync("x");
            return (int)response.StatusCode;
        }));
        for (var i = 0; i < Requests; i++)
        {
            Assert.Equal("ok", await _gateway.GetTextAsync("good"));
        }

        Assert.All(await waiting, s => Assert.Equal(status, s));
    }

    private async Task<HttpResponseMessage> HeadAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "x" } };
        return await _gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private void Put(int port, TimeSpan readTimeout) =>
        _gateway.Log().Put(Config.Endpoints("echo", port), Config.Backend("echo") with { ReadTimeout = readTimeout, Retries = 0 }, Config.Route("r", "x", "/"));
}
