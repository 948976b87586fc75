using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventGateway.Proxy.Tests.Streams;

/// <summary>Stream ports of a proxy that stops: nothing new, what is open goes on until the time is up.</summary>
public sealed class StreamDrainTests : IAsyncLifetime
{
    private readonly int _port = GatewayHost.FreePort();
    private readonly string _accessLog = Path.GetTempFileName();
    private GatewayHost _gateway = null!;
    private TestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync(o => new ProxyOptions
        {
            HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind, StreamPorts = [_port], AccessLog = _accessLog,
        });
        _log = _gateway.Log();
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        File.Delete(_accessLog);
    }

    [Fact]
    public async Task Stop_OpenConnection_GoesOnUntilItEndsAndNoNewOneIsTaken()
    {
        await using var upstream = TcpUpstream.Echo();
        Route(upstream.Port, RouteProtocols.Tcp);
        using var client = await ConnectAsync();
        await using var stream = client.GetStream();
        await EchoAsync(stream, "before");
        var stopping = _gateway.StopAsync(TimeSpan.FromSeconds(60));
        await RefusesAsync();
        await EchoAsync(stream, "meanwhile");
        Assert.False(stopping.IsCompleted);
        client.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await StreamTests.ReadToEndAsync(stream));
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("\"status\":200,", await File.ReadAllTextAsync(_accessLog), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_TimeIsUp_BothSidesAreCutAndTheLogSaysSo(bool isPassthrough)
    {
        var (chain, key) = TestCertificates.Ecdsa("upstream");
        using var certificate = X509Certificate2.CreateFromPem(chain, key);
        var upstreamEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new TcpUpstream(async (socket, stop) =>
        {
            try
            {
                await using var tls = isPassthrough ? new SslStream(socket.GetStream()) : null;
                await (tls?.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop) ?? Task.CompletedTask);
                var stream = tls ?? (Stream)socket.GetStream();
                await stream.CopyToAsync(stream, stop);
            }
            finally
            {
                upstreamEnd.TrySetResult();
            }
        });
        Route(upstream.Port, isPassthrough ? RouteProtocols.TlsPassthrough : RouteProtocols.Tcp);
        await using Stream client = isPassthrough ? await TlsClient.ConnectAsync(_port, "a.example") : new NetworkStream((await ConnectAsync()).Client, ownsSocket: true);
        await EchoAsync(client, "before");
        await _gateway.StopAsync(TimeSpan.FromMilliseconds(500)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("", await StreamTests.ReadToEndAsync(client));
        await upstreamEnd.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("\"status\":503,\"bytesIn\":", await File.ReadAllTextAsync(_accessLog), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ClientThatHasSaidNothing_IsNotWaitedFor()
    {
        // On a clock that stands still no patience ever ends.
        var port = GatewayHost.FreePort();
        await using var gateway = await GatewayHost.StartAsync(
            o => new ProxyOptions { HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind, StreamPorts = [port] },
            services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()));
        gateway.Log().Put(Config.Route("r", null, "/") with { Matches = [], Protocols = RouteProtocols.TlsPassthrough, Ports = [port] });
        using var stream = await ConnectAsync(port);
        using var https = await ConnectAsync(gateway.HttpsPort);
        await Eventually.HoldsAsync(
            async () => (await gateway.GetMetricsAsync()) is var metrics && metrics.Contains("eventgateway_stream_connections_open 1", StringComparison.Ordinal)
                && metrics.Contains($"eventgateway_connections{{port=\"{gateway.HttpsPort}\"}} 1", StringComparison.Ordinal),
            "both connections to be there", []);
        await gateway.StopAsync(TimeSpan.FromSeconds(120)).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("", await StreamTests.ReadToEndAsync(stream.GetStream()));
        Assert.Equal("", await StreamTests.ReadToEndAsync(https.GetStream()));
    }

    private void Route(int upstreamPort, RouteProtocols protocols) => _log.Put(
        Config.Endpoints("echo", upstreamPort), Config.Backend("echo"), Config.Route("r", null, "/") with { Matches = [], Protocols = protocols, Ports = [_port] });

    private Task<TcpClient> ConnectAsync() => ConnectAsync(_port);

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    private static async Task EchoAsync(Stream stream, string text)
    {
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
        Assert.Equal(text, await StreamTests.ReadAsync(stream, text.Length));
    }

    private Task RefusesAsync() => Eventually.HoldsAsync(
        async () =>
        {
            try
            {
                using var another = await ConnectAsync();
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        },
        "new connections to be refused", []);
}
