using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>What clients may speak, on one port each, whatever the upstream speaks.</summary>
public sealed class FrontProtocolTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public async Task Request_EachVersionOnEachPort_SchemeAndVersionAreTheClients(bool isTls, int major)
    {
        await using var upstream = await UpstreamServer.StartAsync(context => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Headers["X-Forwarded-Proto"]}"));
        await using var gateway = await StartAsync(upstream);
        using var client = FrontClients.Invoker(gateway, isTls);
        for (var i = 0; i < 3; i++)
        {
            using var request = Request(isTls, major);
            using var response = await client.SendAsync(request, default);
            Assert.Equal(new Version(major, major == 1 ? 1 : 0), response.Version);
            Assert.Equal($"HTTP/1.1 {(isTls ? "https" : "http")}", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("P")]
    [InlineData("PR")]
    [InlineData("PRI")]
    public async Task HttpPort_FirstBytesLikeThePreface_StillHttp1(string first)
    {
        await using var upstream = await UpstreamServer.StartAsync(context => context.Response.WriteAsync(context.Request.Method));
        await using var gateway = await StartAsync(upstream);
        await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
        await client.SendAsync(first);
        var method = first == "PRI" ? "PRINT" : "PROPFIND";
        await client.SendAsync($"{method[first.Length..]} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.EndsWith(method + "\r\n0\r\n\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpPort_UpgradeToH2c_StaysHttp1()
    {
        await using var upstream = await UpstreamServer.StartAsync(context => context.Response.WriteAsync($"[{context.Request.Headers.Upgrade}]"));
        await using var gateway = await StartAsync(upstream);
        var answer = await RawClient.ExchangeAsync(
            gateway.HttpPort, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("[]", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WebSocket_OverHttp2_MessagesBothWays(bool isTls)
    {
        await using var upstream = await UpstreamServer.StartAsync(EchoAsync);
        await using var gateway = await StartAsync(upstream);
        using var invoker = FrontClients.Invoker(gateway, isTls);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri($"{(isTls ? "wss" : "ws")}://x.example/"), invoker, default);
        var buffer = new byte[1024];
        for (var i = 0; i < 10; i++)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes($"message {i}"), WebSocketMessageType.Text, true, default);
            var echo = await socket.ReceiveAsync(buffer, default);
            Assert.Equal($"message {i}", Encoding.UTF8.GetString(buffer, 0, echo.Count));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        Assert.Equal("bye", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task Trailers_OfAnHttp1Upstream_ReachAnHttp2Client()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n");
        await using var gateway = await StartAsync(upstream.Port, UpstreamProtocol.Http);
        await HasTrailerAsync(gateway);
    }

    [Fact]
    public async Task Trailers_OfAnHttp2Upstream_ReachAnHttp2Client()
    {
        await using var upstream = await UpstreamServer.StartAsync(
            async context =>
            {
                context.Response.DeclareTrailer("X-Sum");
                await context.Response.WriteAsync("body");
                context.Response.AppendTrailer("X-Sum", "42");
            },
            listen => listen.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2);
        await using var gateway = await StartAsync(upstream.Port, UpstreamProtocol.H2c);
        await HasTrailerAsync(gateway);
    }

    [Fact]
    public async Task Http2_MegabytesBothWays_Whole()
    {
        const int Size = 16 * 1024 * 1024;
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            context.Response.Headers["X-Hash"] = Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body));
            var block = new byte[1024 * 1024];
            for (var i = 0; i < Size / block.Length; i++)
            {
                await context.Response.Body.WriteAsync(block);
            }
        });
        await using var gateway = await StartAsync(upstream);
        using var client = FrontClients.Invoker(gateway, isTls: true);
        var body = new byte[Size];
        Random.Shared.NextBytes(body);
        using var request = Request(isTls: true, 2);
        request.Method = HttpMethod.Post;
        request.Content = new ByteArrayContent(body);
        using var response = await client.SendAsync(request, default);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), response.Headers.GetValues("X-Hash").Single());
        Assert.Equal(Size, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task SlowReader_TheUpstreamIsHeldBack()
    {
        long written = 0;
        var blocked = new TaskCompletionSource();
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                var write = context.Response.Body.WriteAsync(block, context.RequestAborted).AsTask();
                if (await Task.WhenAny(write, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, context.RequestAborted)) != write)
                {
                    blocked.TrySetResult();
                }

                await write;
                Interlocked.Add(ref written, block.Length);
            }
        });
        await using var gateway = await StartAsync(upstream);
        await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await blocked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(Interlocked.Read(ref written), 1, 64L * 1024 * 1024);
    }

    internal static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, default) is { MessageType: not WebSocketMessageType.Close } message)
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
    }

    private static HttpRequestMessage Request(bool isTls, int major) => new(HttpMethod.Get, $"{(isTls ? "https" : "http")}://x.example/")
    {
        Version = new Version(major, major == 1 ? 1 : 0),
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task HasTrailerAsync(GatewayHost gateway)
    {
        using var client = FrontClients.Invoker(gateway, isTls: false);
        using var request = Request(isTls: false, 2);
        using var response = await client.SendAsync(request, default);
        Assert.Equal("body", await response.Content.ReadAsStringAsync());
        Assert.Equal("42", Assert.Single(response.TrailingHeaders.GetValues("X-Sum")));
    }

    private static Task<GatewayHost> StartAsync(UpstreamServer upstream) => StartAsync(upstream.Port, UpstreamProtocol.Http);

    private static async Task<GatewayHost> StartAsync(int upstreamPort, UpstreamProtocol protocol)
    {
        var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstreamPort), Config.Backend("echo") with { Protocol = protocol }, Config.Route("r", null, "/"));
        return gateway;
    }
}
