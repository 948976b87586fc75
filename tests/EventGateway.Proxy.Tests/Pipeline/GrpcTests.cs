using System.Net;
using System.Security.Cryptography.X509Certificates;
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

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>grpc-dotnet on both sides, without TLS and with it.</summary>
public sealed class GrpcTests : IAsyncLifetime
{
    private const string Host = "grpc.example";
    private readonly ShapesService _service = new();
    private readonly X509Certificate2 _certificate = Certificate();
    private WebApplication _upstream = null!;
    private GatewayHost _gateway = null!;
    private TestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_service);
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2);
            k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(_certificate));
        });
        _upstream = builder.Build();
        _upstream.MapGrpcService<ShapesService>();
        await _upstream.StartAsync();
        _gateway = await GatewayHost.StartAsync();
        _log = _gateway.Log();
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.StopAsync(new CancellationToken(canceled: true));
        await _upstream.DisposeAsync();
        _certificate.Dispose();
    }

    [Theory]
    [InlineData(false, UpstreamProtocol.Grpc)]
    [InlineData(false, UpstreamProtocol.Grpcs)]
    [InlineData(true, UpstreamProtocol.Grpc)]
    [InlineData(true, UpstreamProtocol.Grpcs)]
    public async Task Call_EveryShape_MessagesStatusAndTrailers(bool frontTls, UpstreamProtocol protocol)
    {
        Route(protocol);
        using var channel = Channel(frontTls);
        var client = new Shapes.ShapesClient(channel);

        using var unary = client.UnaryAsync(new Piece { Text = "one" });
        Assert.Equal("one", (await unary).Text);
        Assert.Equal("unary", unary.GetTrailers().GetValue("x-shape"));

        using var served = client.ServerStream(new Piece { Text = "s", Number = 50 });
        var numbers = new List<int>();
        while (await served.ResponseStream.MoveNext(default))
        {
            numbers.Add(served.ResponseStream.Current.Number);
        }

        Assert.Equal(Enumerable.Range(0, 50), numbers);
        Assert.Equal("server", served.GetTrailers().GetValue("x-shape"));

        using var sent = client.ClientStream();
        for (var i = 0; i < 50; i++)
        {
            await sent.RequestStream.WriteAsync(new Piece { Number = i });
        }

        await sent.RequestStream.CompleteAsync();
        Assert.Equal(1225, (await sent).Number);
        Assert.Equal("client", sent.GetTrailers().GetValue("x-shape"));

        using var both = client.Both();
        for (var i = 0; i < 20; i++)
        {
            await both.RequestStream.WriteAsync(new Piece { Number = i });
            Assert.True(await both.ResponseStream.MoveNext(default));
            Assert.Equal(i, both.ResponseStream.Current.Number);
        }

        await both.RequestStream.CompleteAsync();
        Assert.False(await both.ResponseStream.MoveNext(default));
        Assert.Equal("both", both.GetTrailers().GetValue("x-shape"));
    }

    [Fact]
    public async Task Call_UpstreamsOwnStatus_PassesThroughWithItsTrailers()
    {
        Route(UpstreamProtocol.Grpc);
        using var channel = Channel(frontTls: false);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Shapes.ShapesClient(channel).UnaryAsync(new Piece { Text = "fail" }));
        Assert.Equal((StatusCode.FailedPrecondition, "as asked", "test"), (error.StatusCode, error.Status.Detail, error.Trailers.GetValue("x-why")));
    }

    [Fact]
    public async Task Call_Deadline_ReachesTheUpstreamAndEndsTheCall()
    {
        Route(UpstreamProtocol.Grpc);
        using var channel = Channel(frontTls: false);
        var client = new Shapes.ShapesClient(channel);
        Assert.Equal(1, (await client.UnaryAsync(new Piece { Text = "x" }, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(60))).Number);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.UnaryAsync(new Piece { Text = "wait" }, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300)));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await _service.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Call_ClientCancels_TheUpstreamIsTold()
    {
        Route(UpstreamProtocol.Grpc);
        using var channel = Channel(frontTls: false);
        using var cancel = new CancellationTokenSource();
        using var call = new Shapes.ShapesClient(channel).ServerStream(new Piece { Text = "wait", Number = 1 }, cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext(default));
        await cancel.CancelAsync();
        await _service.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task GatewaysOwnAnswer_IsAGrpcStatus()
    {
        using var channel = Channel(frontTls: false);
        var client = new Shapes.ShapesClient(channel);
        await FailsAsync(client, StatusCode.Unimplemented, "no Route matched with those values");
        _log.Put(Config.Backend("echo") with { Protocol = UpstreamProtocol.Grpc }, Config.Route("r", Host, "/"));
        await FailsAsync(client, StatusCode.Unavailable, "failure to get a peer from the ring-balancer");
        _log.Put(Config.Endpoints("echo", 1));
        await FailsAsync(client, StatusCode.Unavailable, "An invalid response was received from the upstream server");
        var metrics = await _gateway.GetMetricsAsync();
        Assert.Contains("eventgateway_requests_total{workspace=\"\",code=\"404\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("eventgateway_requests_total{workspace=\"shop\",code=\"503\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("eventgateway_requests_total{workspace=\"shop\",code=\"502\"} 1", metrics, StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate()
    {
        var (chain, key) = TestCertificates.Ecdsa("upstream");
        return X509Certificate2.CreateFromPem(chain, key);
    }

    private static async Task FailsAsync(Shapes.ShapesClient client, StatusCode status, string detail)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.UnaryAsync(new Piece()));
        Assert.Equal((status, detail), (error.StatusCode, error.Status.Detail));
    }

    private void Route(UpstreamProtocol protocol)
    {
        var addresses = _upstream.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(a => new Uri(a)).ToList();
        var port = addresses.Single(a => a.Scheme == (protocol == UpstreamProtocol.Grpcs ? "https" : "http")).Port;
        _log.Put(Config.Endpoints("echo", port), Config.Backend("echo") with { Protocol = protocol }, Config.Route("r", Host, "/"));
    }

    private GrpcChannel Channel(bool frontTls) => FrontClients.Channel(_gateway, Host, frontTls);
}
