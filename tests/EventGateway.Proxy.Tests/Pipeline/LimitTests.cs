using System.Net;
using System.Net.Sockets;
using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tests.Protos;
using EventGateway.TestKit.Processes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>What is too much, and how it is said.</summary>
public sealed class LimitTests
{
    private const string Head = "GET / HTTP/1.1\r\nHost: x\r\n";

    [Fact]
    public async Task Headers_TooLarge_431()
    {
        await using var gateway = await StartAsync(new ClientLimits { HeaderBytes = 4096 });
        await RefusedAsync(gateway, $"{Head}X: {new string('a', 5000)}\r\n\r\n", 431);
        Assert.StartsWith("HTTP/1.1 404 ", await RawClient.ExchangeAsync(gateway.HttpPort, $"{Head}X: {new string('a', 3000)}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uri_TooLong_414()
    {
        await using var gateway = await StartAsync(new ClientLimits { UriBytes = 1024 });
        await RefusedAsync(gateway, $"GET /{new string('a', 60_000)} HTTP/1.1\r\nHost: x\r\n\r\n", 414);
        var over = await RawClient.ExchangeAsync(gateway.HttpPort, $"GET /{new string('a', 2000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 414 ", over, StringComparison.Ordinal);
        Assert.EndsWith("""{"message":"URI too long"}""", over, StringComparison.Ordinal);
        using var client = FrontClients.Invoker(gateway, isTls: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://x/{new string('a', 2000)}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request, default);
        Assert.Equal((414, """{"message":"URI too long"}"""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("NONSENSE\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/3.7\r\nHost: x\r\n\r\n", 505)]
    public async Task NotHttp_Refused(string sent, int status)
    {
        await using var gateway = await StartAsync(new ClientLimits());
        await RefusedAsync(gateway, sent, status);
    }

    [Fact]
    public async Task Body_TooLarge_413BeforeAndWhileItComes()
    {
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync("done");
        });
        await using var gateway = await StartAsync(new ClientLimits { BodyBytes = 1000 }, upstream.Port);
        var known = await RawClient.ExchangeAsync(gateway.HttpPort, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1001\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", known, StringComparison.Ordinal);
        Assert.EndsWith("""{"message":"Payload too large"}""", known, StringComparison.Ordinal);
        await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n{new string('a', 1000)}\r\n");
        await client.SendAsync("1\r\na\r\n0\r\n\r\n");
        var chunked = await client.ReadUntilAsync("Payload too large");
        Assert.StartsWith("HTTP/1.1 413 ", chunked, StringComparison.Ordinal);
        var fits = await RawClient.ExchangeAsync(gateway.HttpPort, $"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n{new string('a', 1000)}");
        Assert.StartsWith("HTTP/1.1 200 ", fits, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OfGrpcTooLarge_EndsAtTheLimit()
    {
        var taken = 0L;
        await using var upstream = await UpstreamServer.StartAsync(
            async context =>
            {
                var buffer = new byte[4096];
                for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
                {
                    Interlocked.Add(ref taken, read);
                }
            },
            listen => listen.Protocols = HttpProtocols.Http2);
        await using var gateway = await StartAsync(new ClientLimits { BodyBytes = 10_000 });
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { Protocol = UpstreamProtocol.Grpc }, Config.Route("r", "x", "/"));
        using var channel = FrontClients.Channel(gateway, "x", isTls: false);
        using var call = new Shapes.ShapesClient(channel).ClientStream();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await call.RequestStream.WriteAsync(new Piece { Text = new string('a', 1000) });
            }

            await call;
        });
        Assert.NotEqual(StatusCode.OK, error.StatusCode);
        Assert.InRange(Interlocked.Read(ref taken), 0, 10_000);
    }

    [Fact]
    public async Task Headers_TooSlow_408()
    {
        await using var gateway = await StartAsync(new ClientLimits { HeaderTimeout = TimeSpan.FromSeconds(1) });
        await RefusedAsync(gateway, Head, 408);
    }

    [Fact]
    public async Task Connection_WithoutRequests_IsClosed()
    {
        await using var gateway = await StartAsync(new ClientLimits { KeepAliveTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal("", await RawClient.ExchangeAsync(gateway.HttpPort, ""));
        Assert.Equal("", await RawClient.ExchangeAsync(gateway.HttpPort, "PR"));
        await using var used = await RawClient.ConnectAsync(gateway.HttpPort);
        await used.SendAsync($"{Head}\r\n");
        Assert.StartsWith("HTTP/1.1 404 ", await used.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_BeyondTheLimit_ClosedAndCountedThenTakenAgain()
    {
        await using var gateway = await StartAsync(new ClientLimits { Connections = 2 });
        var first = await RawClient.ConnectAsync(gateway.HttpPort);
        await first.SendAsync($"{Head}\r\n");
        await first.ReadUntilAsync("404");
        await using var second = await RawClient.ConnectAsync(gateway.HttpPort);
        await second.SendAsync($"{Head}\r\n");
        await second.ReadUntilAsync("404");
        Assert.Equal("", await ExchangeAsync(gateway, ""));
        Assert.Contains("eventgateway_connections_refused_total{reason=\"limit\"} 1", await gateway.GetMetricsAsync(), StringComparison.Ordinal);
        await first.DisposeAsync();
        await Eventually.HoldsAsync(
            async () => (await ExchangeAsync(gateway, $"{Head}Connection: close\r\n\r\n")).StartsWith("HTTP/1.1 404", StringComparison.Ordinal),
            "a connection to be taken again", []);
    }

    [Fact]
    public async Task Http2_HeadersTooLarge_OtherConnectionsGoOn()
    {
        await using var gateway = await StartAsync(new ClientLimits { HeaderBytes = 4096 });
        using var client = FrontClients.Invoker(gateway, isTls: true);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://x/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("X", new string('a', 5000));
        try
        {
            using var response = await client.SendAsync(request, default);
            Assert.Equal(431, (int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            Assert.NotEqual(HttpRequestError.ConnectionError, e.HttpRequestError);
        }

        using var innocent = new HttpRequestMessage(HttpMethod.Get, "https://x/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.SendAsync(innocent, default);
        Assert.Equal(404, (int)answer.StatusCode);
    }

    /// <summary>What is answered; nothing where the connection is cut, which may be before the client knows that it is connected.</summary>
    private static async Task<string> ExchangeAsync(GatewayHost gateway, string sent)
    {
        try
        {
            return await RawClient.ExchangeAsync(gateway.HttpPort, sent);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return "";
        }
    }

    private static async Task RefusedAsync(GatewayHost gateway, string sent, int status)
    {
        await using var client = await RawClient.ConnectAsync(gateway.HttpPort);
        await client.SendAsync(sent);
        var answer = await client.ReadToEndAsync();
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"eventgateway_requests_total{{workspace=\"\",code=\"{status}\"}} 1", await gateway.GetMetricsAsync(), StringComparison.Ordinal);
    }

    private static async Task<GatewayHost> StartAsync(ClientLimits limits, int upstreamPort = 0)
    {
        var gateway = await GatewayHost.StartAsync(o => new ProxyOptions
        {
            HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind, Limits = limits,
        });
        if (upstreamPort != 0)
        {
            gateway.Log().Put(Config.Endpoints("echo", upstreamPort), Config.Backend("echo"), Config.Route("r", null, "/"));
        }

        return gateway;
    }
}
