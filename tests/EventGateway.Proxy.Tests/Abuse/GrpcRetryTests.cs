using System.Net;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tests.Protos;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>Which calls of gRPC go to another endpoint when the first fails: all that never reached it, and none that may have.</summary>
public sealed class GrpcRetryTests : IAsyncLifetime
{
    private const string Host = "grpc.example";
    private WebApplication _good = null!;
    private GatewayHost _gateway = null!;
    private GrpcChannel _channel = null!;
    private Shapes.ShapesClient _client = null!;

    private int GoodPort => new Uri(_good.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single()).Port;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new ShapesService());
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        _good = builder.Build();
        _good.MapGrpcService<ShapesService>();
        await _good.StartAsync();
        _gateway = await GatewayHost.StartAsync();
        _channel = FrontClients.Channel(_gateway, Host, isTls: false);
        _client = new Shapes.ShapesClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _gateway.DisposeAsync();
        await _good.StopAsync(new CancellationToken(canceled: true));
        await _good.DisposeAsync();
    }

    [Fact]
    public async Task Refused_EveryShape_AnotherEndpointAnswers()
    {
        Put(ClosedPort(), ClosedPort(), GoodPort);

        // No more than the budget allows to whoever has few requests.
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("one", (await _client.UnaryAsync(new Piece { Text = "one" })).Text);
            using var served = _client.ServerStream(new Piece { Text = "s", Number = 3 });
            var pieces = 0;
            while (await served.ResponseStream.MoveNext(CancellationToken.None))
            {
                pieces++;
            }

            Assert.Equal(3, pieces);
            using var both = _client.Both();
            await both.RequestStream.WriteAsync(new Piece { Number = i });
            Assert.True(await both.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(i, both.ResponseStream.Current.Number);
            await both.RequestStream.CompleteAsync();
            Assert.False(await both.ResponseStream.MoveNext(CancellationToken.None));
        }
    }

    [Fact]
    public async Task Unary_BrokenAfterTheUpstreamHasIt_UnavailableAndNotRepeated()
    {
        await using var first = Breaking();
        await using var second = Breaking();
        Put(first.Port, second.Port);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _client.UnaryAsync(new Piece { Text = "one" }));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(1, first.Accepted + second.Accepted);
    }

    [Fact]
    public async Task Stream_WithMessagesSent_FailsAndIsNotRepeated()
    {
        await using var first = Breaking();
        await using var second = Breaking();
        Put(first.Port, second.Port);
        using var call = _client.ClientStream();
        await call.RequestStream.WriteAsync(new Piece { Number = 1 });
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(1, first.Accepted + second.Accepted);
    }

    /// <summary>Takes a call and its first message, and hangs up.</summary>
    private static TcpUpstream Breaking() => new(async (client, stop) =>
    {
        var stream = client.GetStream();
        await stream.WriteAsync(Http2Client.Frame(Http2Client.Settings, 0, 0, []), stop);
        await UpstreamFrames.ReadAsync(stream, Http2Client.Data, stop);
    });

    private static int ClosedPort() => GatewayHost.FreePort();

    private void Put(params int[] ports) => _gateway.Log().Put([
        .. ports.Distinct().Select((p, i) => (Entity)(Config.Endpoints($"slice-{i}", p) with { Group = "ns/echo" })),
        Config.Backend("echo") with { Protocol = UpstreamProtocol.Grpc, Health = new HealthChecks { Outlier = new OutlierEjection { ConsecutiveFailures = 0 } } },
        Config.Route("r", Host, "/")]);
}
