using System.Net;
using System.Net.WebSockets;
using System.Text;
using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Standalone;

/// <summary>A process that is told to stop while clients use it: a real SIGTERM, and clients in another process.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private const string Host = "shop.example";
    private readonly TestFolder _folder = new();
    private readonly TestFolder _manifests = new();
    private Upstream _upstream = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _upstream = await Upstream.StartAsync("shop");
        _manifests.Write("shop.yaml", Manifest.All(Manifest.Ingress("shop", "web", Host, "/", "shop"), Manifest.Backend("shop", "shop", _upstream.Port)));
    }

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _folder.Dispose();
        _manifests.Dispose();
    }

    [Fact]
    public async Task Sigterm_UnderLoadOverHttp1And2_NoRequestFailsWhileTheBalancerIsSlowToNotice()
    {
        await using var gateway = await StartAsync("6s", "20s");
        await using var one = LoopedLoad.Start(gateway, HttpVersion.Version11, 4, Host, "/", "200 shop");
        await using var two = LoopedLoad.Start(gateway, HttpVersion.Version20, 4, Host, "/", "200 shop");
        await one.GoOnAsync(gateway, 200);
        await two.GoOnAsync(gateway, 200);
        Assert.Equal((0, 4), (one.ClosingAnswers, one.Connections));
        var connections = two.Connections;

        await gateway.TerminateAsync();
        await IsUnreadyAsync(gateway);

        // The balancer has not noticed yet: all that it sends is answered, and tells it to go.
        var (answers, closing) = (one.Answers, one.ClosingAnswers);
        await one.GoOnAsync(gateway, 200);
        await two.GoOnAsync(gateway, 200);
        await one.AssertNoFailureAsync(gateway);
        await two.AssertNoFailureAsync(gateway);
        Assert.InRange(one.ClosingAnswers - closing, one.Answers - answers - 4, long.MaxValue);
        Assert.True(two.Connections > connections + 10, $"No GOAWAY made the HTTP/2 client connect anew: {two.Connections} connections, {connections} before.");

        Assert.Equal(143, await gateway.WaitForExitAsync());
        Assert.Contains("Draining: not ready from now on, requests are accepted for 6 s still; ", gateway.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing more is accepted; waiting at most 20 s for 0 requests in flight on ", gateway.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("The time is up", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_RequestsThatRun_AreFinishedBeforeItEnds()
    {
        await using var gateway = await StartAsync("0s", "60s");
        using var held = await RawConnection.OpenAsync(gateway);
        await held.WriteAsync($"GET /held HTTP/1.1\r\nHost: {Host}\r\n\r\n");
        using var download = await RawConnection.OpenAsync(gateway);
        await download.WriteAsync($"GET /download HTTP/1.1\r\nHost: {Host}\r\n\r\n");
        await download.ReadUntilAsync("begun");
        using var upload = await RawConnection.OpenAsync(gateway);
        await upload.WriteAsync($"POST /upload HTTP/1.1\r\nHost: {Host}\r\nTransfer-Encoding: chunked\r\n\r\n");
        await upload.WriteChunkAsync("before");
        await download.ReadUntilAsync("before");
        using var socket = await OpenSocketAsync(gateway);
        await EchoAsync(socket, "before");
        await Eventually.HoldsAsync(() => Task.FromResult(_upstream.Held == 1), "the held request to be at the upstream", [gateway]);

        await gateway.TerminateAsync();
        await gateway.WaitForOutputAsync("Nothing more is accepted; waiting at most 60 s for 4 requests in flight on ");
        await Eventually.BecomesAsync(() => ConnectAsync(gateway), r => r == "refused", "new connections to be refused", [gateway]);

        // All four go on as if nothing was.
        await EchoAsync(socket, "meanwhile");
        await upload.WriteChunkAsync("meanwhile");
        await download.ReadUntilAsync("meanwhile");
        await gateway.WaitForOutputAsync("Still waiting for 4 requests in flight on 4 connections");
        await EchoAsync(socket, "and still");
        _upstream.Release();
        var answer = await held.ReadUntilAsync("shop");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        await upload.WriteAsync("0\r\n\r\n");
        await upload.ReadUntilAsync("uploaded");
        await download.ReadUntilAsync("0\r\n\r\n");
        Assert.True(gateway.IsRunning);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Token);
        Assert.Equal(143, await gateway.WaitForExitAsync());
        Assert.DoesNotContain("The time is up", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_RequestFromBeforeThatIsAnsweredDuringTheDelay_ClosesItsConnection()
    {
        await using var gateway = await StartAsync("30s", "0s");
        using var held = await RawConnection.OpenAsync(gateway);
        await held.WriteAsync($"GET /held HTTP/1.1\r\nHost: {Host}\r\n\r\n");
        await Eventually.HoldsAsync(() => Task.FromResult(_upstream.Held == 1), "the held request to be at the upstream", [gateway]);
        await gateway.TerminateAsync();
        await IsUnreadyAsync(gateway);
        _upstream.Release();
        Assert.Contains("\r\nConnection: close\r\n", await held.ReadUntilAsync("shop"), StringComparison.Ordinal);

        // A WebSocket that comes only now is served too, and so are the gateway's own answers.
        using var socket = await OpenSocketAsync(gateway);
        await EchoAsync(socket, "late");
        using var lost = await RawConnection.OpenAsync(gateway);
        await lost.WriteAsync("GET / HTTP/1.1\r\nHost: nobody.example\r\n\r\n");
        Assert.Contains("\r\nConnection: close\r\n", await lost.ReadUntilAsync("no Route matched"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_RequestThatTakesLongerThanTheTimeout_IsCut()
    {
        await using var gateway = await StartAsync("0s", "1s");
        using var held = await RawConnection.OpenAsync(gateway);
        await held.WriteAsync($"GET /held HTTP/1.1\r\nHost: {Host}\r\n\r\n");
        await Eventually.HoldsAsync(() => Task.FromResult(_upstream.Held == 1), "the held request to be at the upstream", [gateway]);
        await gateway.TerminateAsync();
        Assert.Equal(143, await gateway.WaitForExitAsync());
        Assert.Contains("The time is up: 1 requests in flight on 1 connections are cut", gateway.Output, StringComparison.Ordinal);
        Assert.Contains("standalone has stopped", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_AgainWhileItDrains_EndsAtOnce()
    {
        await using var gateway = await StartAsync("300s", "300s");
        await gateway.TerminateAsync();
        await IsUnreadyAsync(gateway);
        await Eventually.HoldsAsync(
            async () =>
            {
                if (gateway.IsRunning)
                {
                    await gateway.TerminateAsync();
                }

                return !gateway.IsRunning;
            },
            "a later signal to end it", [gateway]);
        Assert.Equal(143, await gateway.WaitForExitAsync());
        Assert.DoesNotContain("has stopped", gateway.Output, StringComparison.Ordinal);
    }

    private async Task<GatewayProcess> StartAsync(string delay, string timeout)
    {
        var gateway = Fixtures.Standalone.On("standalone", _manifests.Path, _folder["data"], "--drain-delay", delay, "--drain-timeout", timeout).Start();
        await gateway.WaitUntilReadyAsync();
        await Traffic.BecomesAsync([gateway], Host, "/", "200 shop");
        return gateway;
    }

    private static async Task IsUnreadyAsync(GatewayProcess gateway)
    {
        await Eventually.BecomesAsync(gateway.GetReadinessAsync, r => r == """503 {"ready":false,"reasons":["draining"]}""", "it to say that it drains", [gateway]);
        Assert.False((await gateway.GetStatusAsync())!.Ready);
    }

    private static async Task<ClientWebSocket> OpenSocketAsync(GatewayProcess gateway)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", Host);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.HttpPort}/socket"), Token);
        return socket;
    }

    private static async Task EchoAsync(ClientWebSocket socket, string text)
    {
        var buffer = new byte[100];
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Token);
        var message = await socket.ReceiveAsync(buffer, Token);
        Assert.Equal(text, Encoding.UTF8.GetString(buffer, 0, message.Count));
    }

    private static async Task<string?> ConnectAsync(GatewayProcess gateway)
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(gateway);
            return "accepted";
        }
        catch (System.Net.Sockets.SocketException)
        {
            return "refused";
        }
    }
}
