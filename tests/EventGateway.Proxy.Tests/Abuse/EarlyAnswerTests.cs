using System.Net;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tests.Protos;
using Grpc.Core;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>HTTP/2 upstreams that end an answer while the client still sends.</summary>
public sealed class EarlyAnswerTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"eventgateway-early-{Guid.NewGuid():n}.log");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WholeAnswerAndReset_WhileTheClientSends_IsTheAnswer(bool withBody)
    {
        await using var gateway = await StartAsync("off");
        for (var i = 0; i < 10; i++)
        {
            await using var upstream = Answering(withBody ? [1, 2, 3] : [], ("x-why", "no"));
            Put(gateway, upstream.Port, UpstreamProtocol.H2c);
            await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
            await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            var answer = await client.ReadUntilAsync("\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
            Assert.Contains("x-why: no\r\n", answer, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("message", answer, StringComparison.Ordinal);
        }
    }

    /// <summary>The end of a call may not wait for the end of what the client sends, with an access log as little as without.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GrpcStatus_WhileTheClientSends_EndsTheCall(bool withAccessLog)
    {
        await using var upstream = new TcpUpstream(async (client, stop) =>
        {
            var stream = client.GetStream();
            await stream.WriteAsync(Http2Client.Frame(Http2Client.Settings, 0, 0, []), stop);
            await UpstreamFrames.ReadAsync(stream, Http2Client.Data, stop);
            await stream.WriteAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndHeaders, 1, Http2Header.Block((":status", "200"), ("content-type", "application/grpc"))), stop);
            await stream.WriteAsync(
                Http2Client.Frame(Http2Client.Headers, Http2Client.EndHeaders | Http2Client.EndStream, 1, Http2Header.Block(("grpc-status", "9"), ("grpc-message", "enough"))), stop);
            await UpstreamFrames.ReadToEndAsync(stream, stop);
        });
        await using var gateway = await StartAsync(withAccessLog ? _file : "off");
        Put(gateway, upstream.Port, UpstreamProtocol.Grpc);
        using var channel = FrontClients.Channel(gateway, "x", isTls: false);
        using var call = new Shapes.ShapesClient(channel).Both();
        await call.RequestStream.WriteAsync(new Piece { Number = 1 });
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal((StatusCode.FailedPrecondition, "enough"), (error.StatusCode, error.Status.Detail));
    }

    private static TcpUpstream Answering(byte[] body, params (string Name, string Value)[] headers) => new(async (client, stop) =>
    {
        var stream = client.GetStream();
        await stream.WriteAsync(Http2Client.Frame(Http2Client.Settings, 0, 0, []), stop);
        await UpstreamFrames.ReadAsync(stream, Http2Client.Headers, stop);
        var block = Http2Header.Block([(":status", "401"), .. headers]);
        await stream.WriteAsync(Http2Client.Frame(Http2Client.Headers, (byte)(Http2Client.EndHeaders | (body.Length == 0 ? Http2Client.EndStream : 0)), 1, block), stop);
        if (body.Length > 0)
        {
            await stream.WriteAsync(Http2Client.Frame(Http2Client.Data, Http2Client.EndStream, 1, body), stop);
        }

        // NO_ERROR: the rest of the request is not wanted.
        await stream.WriteAsync(Http2Client.Frame(Http2Client.Reset, 1, 0), stop);
        await UpstreamFrames.ReadToEndAsync(stream, stop);
    });

    private static Task<GatewayHost> StartAsync(string accessLog) =>
        GatewayHost.StartAsync(o => new ProxyOptions { HttpPort = 0, HttpsPort = 0, StatusPort = 0, Bind = IPAddress.Loopback, AccessLog = accessLog });

    private static void Put(GatewayHost gateway, int port, UpstreamProtocol protocol) => gateway.Log().Put(
        Config.Endpoints("echo", port), Config.Backend("echo") with { Protocol = protocol }, Config.Route("r", "x", "/"));
}
