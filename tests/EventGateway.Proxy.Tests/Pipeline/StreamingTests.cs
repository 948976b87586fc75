using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Pipeline;

public sealed class StreamingTests
{
    [Theory]
    [InlineData("Transfer-Encoding: chunked", "3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n")]
    [InlineData("Content-Length: 9", "one", "two", "end")]
    public async Task Forward_RequestInSmallPieces_EachReachesTheUpstreamAtOnce(string framing, string first, string second, string last)
    {
        var pieces = Channel.CreateUnbounded<string>();
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            var buffer = new byte[1024];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and var count)
            {
                await pieces.Writer.WriteAsync(Encoding.Latin1.GetString(buffer, 0, count));
            }

            await context.Response.WriteAsync("thanks");
        });
        await using var gateway = await StartAsync(upstream);
        await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n");
        await client.SendAsync(first);
        Assert.Equal("one", await pieces.Reader.ReadAsync(timeout.Token));
        await client.SendAsync(second);
        Assert.Equal("two", await pieces.Reader.ReadAsync(timeout.Token));
        await client.SendAsync(last);
        await client.ReadUntilAsync("thanks");
    }

    [Fact]
    public async Task Forward_AnswerInPieces_EachReachesTheClient()
    {
        var next = new SemaphoreSlim(0);
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await next.WaitAsync();
            }
        });
        await using var gateway = await StartAsync(upstream);
        await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        for (var i = 0; i < 3; i++)
        {
            await client.ReadUntilAsync($"data: {i}\n\n");
            next.Release();
        }
    }

    [Fact]
    public async Task Forward_LargeBodiesBothWays_Whole()
    {
        const int Size = 64 * 1024 * 1024;
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
        var body = new byte[Size];
        Random.Shared.NextBytes(body);
        using var content = new ByteArrayContent(body);
        using var response = await gateway.Client.PostAsync(new Uri("/", UriKind.Relative), content);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), response.Headers.GetValues("X-Hash").Single());
        Assert.Equal(Size, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task Forward_ExpectContinue_BodyIsSentWhenTheUpstreamAsks()
    {
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"got {await reader.ReadToEndAsync()}");
        });
        await using var gateway = await StartAsync(upstream);
        await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        await client.ReadUntilAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await client.SendAsync("body");
        await client.ReadUntilAsync("got body");
    }

    [Fact]
    public async Task Forward_ExpectContinueRefused_AnswerWithoutBody()
    {
        await using var upstream = await UpstreamServer.StartAsync(context =>
        {
            context.Response.StatusCode = 413;
            return context.Response.WriteAsync("too much");
        });
        await using var gateway = await StartAsync(upstream);
        await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\nExpect: 100-continue\r\n\r\n");
        var answer = await client.ReadUntilAsync("too much");
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_UpstreamHangsUpInTheMiddle_ClientSeesABrokenAnswer()
    {
        var received = new SemaphoreSlim(0);
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("begin");
            await received.WaitAsync();
            context.Abort();
        });
        await using var gateway = await StartAsync(upstream);
        using var response = await gateway.Client.GetAsync(new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        received.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Forward_WebSocket_MessagesBothWaysAndClose()
    {
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("chat");
            var buffer = new byte[1024];
            while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } message)
            {
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, CancellationToken.None);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
        });
        await using var gateway = await StartAsync(upstream);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("chat");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.HttpPort}/"), CancellationToken.None);
        Assert.Equal("chat", socket.SubProtocol);
        var buffer = new byte[1024];
        for (var i = 0; i < 10; i++)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes($"message {i}"), WebSocketMessageType.Text, true, CancellationToken.None);
            var echo = await socket.ReceiveAsync(buffer, CancellationToken.None);
            Assert.Equal($"message {i}", Encoding.UTF8.GetString(buffer, 0, echo.Count));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal("bye", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task Forward_H2cBackend_SpeaksHttp2()
    {
        await using var upstream = await UpstreamServer.StartAsync(
            context => context.Response.WriteAsync(context.Request.Protocol),
            listen => listen.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2);
        await using var gateway = await GatewayHost.StartAsync();
        var log = gateway.Log();
        log.Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { Protocol = Core.Model.UpstreamProtocol.H2c }, Config.Route("r", null, "/"));
        Assert.Equal("HTTP/2", await gateway.GetTextAsync("x"));
        log.Put(Config.Backend("echo"));
        using var response = await gateway.GetAsync("x");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.False(response.Headers.Contains("Server"));
    }

    private static async Task<GatewayHost> StartAsync(UpstreamServer upstream)
    {
        var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"));
        return gateway;
    }
}
