using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Standalone;

/// <summary>A process that is told to stop while TLS passes through it: a real SIGTERM.</summary>
public sealed class StreamDrainTests : IAsyncLifetime
{
    private const string Host = "db.shop.example";
    private readonly TestFolder _folder = new();
    private readonly TestFolder _manifests = new();
    private readonly int _port = FreePorts.Take();
    private readonly TcpListener _upstream = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private Task _serving = Task.CompletedTask;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _upstream.Start();
        _serving = ServeAsync();
        _manifests.Write("db.yaml", Manifest.All(
            $$"""
            apiVersion: configuration.konghq.com/v1beta1
            kind: TCPIngress
            metadata: { name: db, namespace: shop, annotations: { konghq.com/protocols: tls_passthrough, kubernetes.io/ingress.class: eventgateway } }
            spec:
              rules: [{ port: {{_port}}, host: {{Host}}, backend: { serviceName: db, servicePort: 80 } }]

            """,
            Manifest.Backend("shop", "db", ((IPEndPoint)_upstream.LocalEndpoint).Port)));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _upstream.Stop();
        await _serving;
        _over.Dispose();
        _folder.Dispose();
        _manifests.Dispose();
    }

    [Fact]
    public async Task Sigterm_OpenConnection_GoesOnWhileNewOnesAreRefused()
    {
        await using var gateway = await StartAsync("60s");
        await using var open = await ConnectAsync();
        await EchoAsync(open, "before");
        await gateway.TerminateAsync();
        await gateway.WaitForOutputAsync("Nothing more is accepted; waiting at most 60 s for 0 requests in flight on 1 connections");
        await Eventually.HoldsAsync(RefusesAsync, "new connections to be refused", [gateway]);
        await EchoAsync(open, "meanwhile");
        await gateway.WaitForOutputAsync("Still waiting for 0 requests in flight on 1 connections");
        await EchoAsync(open, "and still");
        await open.ShutdownAsync();
        Assert.Equal(0, await open.ReadAsync(new byte[1], Token));
        await open.DisposeAsync();
        Assert.Equal(143, await gateway.WaitForExitAsync());
        Assert.DoesNotContain("The time is up", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_ConnectionThatStays_IsCutWhenTheTimeIsUp()
    {
        await using var gateway = await StartAsync("1s");
        await using var open = await ConnectAsync();
        await EchoAsync(open, "before");
        await gateway.TerminateAsync();
        Assert.Equal(143, await gateway.WaitForExitAsync());
        Assert.Contains("The time is up: 0 requests in flight on 1 connections are cut", gateway.Output, StringComparison.Ordinal);
        Assert.Contains("standalone has stopped", gateway.Output, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(async () => Assert.NotEqual(0, await open.ReadAsync(new byte[1], Token)));
    }

    private async Task<GatewayProcess> StartAsync(string timeout)
    {
        var gateway = Fixtures.Standalone.On("standalone", _manifests.Path, _folder["data"], "--stream-listen", $"{_port}", "--drain-timeout", timeout).Start();
        return await gateway.WaitUntilReadyAsync();
    }

    private async Task<SslStream> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, Token);
        var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, static (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(Host);
        Assert.Equal($"CN={Host}", tls.RemoteCertificate!.Subject);
        return tls;
    }

    private async Task<bool> RefusesAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port, Token);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task EchoAsync(SslStream stream, string text)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Token);
        var buffer = new byte[text.Length];
        await stream.ReadExactlyAsync(buffer, Token);
        Assert.Equal(text, Encoding.ASCII.GetString(buffer));
    }

    /// <summary>Ends TLS itself and sends back what comes.</summary>
    private async Task ServeAsync()
    {
        var pair = TestCertificate.For(Host);
        using var certificate = X509Certificate2.CreateFromPem(pair.ChainPem, pair.KeyPem);
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _upstream.AcceptTcpClientAsync(_over.Token), certificate));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client, X509Certificate2 certificate)
    {
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _over.Token);
            await tls.CopyToAsync(tls, _over.Token);
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It was cut, or the test is over.
        }
    }
}
