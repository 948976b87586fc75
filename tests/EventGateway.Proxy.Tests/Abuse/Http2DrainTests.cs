using System.Net;
using System.Net.WebSockets;
using System.Text;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tests.Pipeline;
using EventGateway.TestKit.Processes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>What clients of HTTP/2 are told, and when, by a process that is on its way out.</summary>
public sealed class Http2DrainTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _go = new();
    private UpstreamServer _upstream = null!;
    private GatewayHost _gateway = null!;
    private DrainState _drain = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await UpstreamServer.StartAsync(async context =>
        {
            if (context.WebSockets.IsWebSocketRequest)
            {
                await FrontProtocolTests.EchoAsync(context);
                return;
            }

            if (context.Request.Path == "/held")
            {
                await _go.Task;
            }

            await context.Response.WriteAsync("ok");
        });
        _gateway = await StartAsync();
        _drain = _gateway.Services.GetRequiredService<DrainState>();
    }

    public async ValueTask DisposeAsync()
    {
        _go.TrySetResult();
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Idle_DrainBegins_GoAwayAtOnceAndTheConnectionEnds()
    {
        await using var fresh = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await using var used = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await used.RequestAsync(1, Http2Header.Request("x"));
        await IsOverAsync(used, 1);
        _drain.Begin();
        await Task.WhenAll(fresh.Ended, used.Ended).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((0u, 0u), (fresh.GoneAway, used.GoneAway));
    }

    [Fact]
    public async Task IdleOverTls_DrainBegins_TheClientConnectsAnewByItself()
    {
        var connections = 0;
        using var handler = FrontClients.Handler(_gateway, isTls: true);
        var connect = handler.ConnectCallback!;
        handler.ConnectCallback = (context, cancellation) =>
        {
            Interlocked.Increment(ref connections);
            return connect(context, cancellation);
        };
        using var client = new HttpMessageInvoker(handler);
        Assert.Equal("ok", await GetAsync(client));
        Assert.Equal("ok", await GetAsync(client));
        Assert.Equal(1, connections);
        _drain.Begin();
        await Eventually.HoldsAsync(
            () => Task.FromResult(_gateway.Services.GetRequiredService<DrainConnections>().Open == 0), "the idle connection to end", []);
        Assert.Equal("ok", await GetAsync(client));
        Assert.Equal(2, connections);
    }

    [Fact]
    public async Task Busy_DrainBegins_GoAwayAtOnceAndTheRequestIsFinished()
    {
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await client.RequestAsync(1, Http2Header.Request("x", "/held"));
        await Eventually.HoldsAsync(() => Task.FromResult(_drain.RequestsInFlight == 1), "the request to run", []);
        _drain.Begin();
        await Eventually.HoldsAsync(() => Task.FromResult(client.GoAways > 0), "GOAWAY", []);
        Assert.False(client.IsOver(1));
        _go.SetResult();
        await IsOverAsync(client, 1);
        Assert.Equal("200", client.Statuses[1]);
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task New_WhileItDrains_IsServedAndThenSentElsewhere()
    {
        _drain.Begin();
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await client.RequestAsync(1, Http2Header.Request("x"));
        await IsOverAsync(client, 1);
        Assert.Equal("200", client.Statuses[1]);
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0u, client.GoneAway);
    }

    [Fact]
    public async Task Http1Idle_DrainBegins_IsServedOnceMore()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.ReadUntilAsync("ok");
        _drain.Begin();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Contains("Connection: close\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WebSocket_OverHttp2_GoesOnWhileItDrainsAndEndsInTime(bool isTls)
    {
        var gateway = await StartAsync();
        var drain = gateway.Services.GetRequiredService<DrainState>();
        using var invoker = FrontClients.Invoker(gateway, isTls);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri($"{(isTls ? "wss" : "ws")}://x.example/"), invoker, CancellationToken.None);
        await EchoAsync(socket, "before");
        drain.Begin();
        await EchoAsync(socket, "meanwhile");
        Assert.Equal(1, drain.RequestsInFlight);

        // The end of the drain: what still runs is cut, and that does not take for ever.
        await gateway.DisposeAsync();
        await Assert.ThrowsAsync<WebSocketException>(async () => await socket.ReceiveAsync(new byte[16], CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(20));
        await Eventually.HoldsAsync(() => Task.FromResult(drain.RequestsInFlight == 0), "no request to be left", []);
    }

    [Fact]
    public async Task WebSocket_OverHttp2_ClosedByTheClientWhileItDrains_TheConnectionEndsByItself()
    {
        using var invoker = FrontClients.Invoker(_gateway, isTls: false);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri("ws://x.example/"), invoker, CancellationToken.None);
        await EchoAsync(socket, "before");
        _drain.Begin();
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal("bye", socket.CloseStatusDescription);
        await Eventually.HoldsAsync(() => Task.FromResult(_drain.RequestsInFlight == 0), "the WebSocket to be over", []);
        await _gateway.StopAsync();
    }

    private async Task<GatewayHost> StartAsync()
    {
        var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", _upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"));
        return gateway;
    }

    private static async Task EchoAsync(ClientWebSocket socket, string text)
    {
        var buffer = new byte[64];
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
        var message = await socket.ReceiveAsync(buffer, CancellationToken.None);
        Assert.Equal(text, Encoding.UTF8.GetString(buffer, 0, message.Count));
    }

    private static async Task<string> GetAsync(HttpMessageInvoker client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://x.example/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request, CancellationToken.None);
        return await response.Content.ReadAsStringAsync();
    }

    private static Task IsOverAsync(Http2Client client, int stream) =>
        Eventually.HoldsAsync(() => Task.FromResult(client.IsOver(stream)), $"stream {stream} to be over", [], TimeSpan.FromSeconds(20));
}
