using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;

namespace EventGateway.Proxy.Tests.Streams;

/// <summary>What stream ports show to and ask of upstreams that speak TLS: the same as requests do.</summary>
public sealed class StreamUpstreamTlsTests : IAsyncLifetime
{
    private readonly int _port = GatewayHost.FreePort();
    private readonly TestAuthority _authority = new("upstreams");
    private readonly TestAuthority _clients = new("clients");
    private readonly ConcurrentQueue<string> _shown = [];
    private GatewayHost _gateway = null!;
    private TestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync(o => new ProxyOptions { HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind, StreamPorts = [_port] });
        _log = _gateway.Log();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task ClientCertificate_UpstreamDemandsOne_IsShownAndSwappedWithTheNextConnection()
    {
        await using var upstream = Demanding(_authority.IssueLoaded("a.example"), []);
        Put(upstream, new UpstreamTls { Verify = true, CaPem = _authority.RootPem, VerifyDepth = 1, ClientCertificate = EntityKey.Certificate("ns", "gateway") });
        Assert.Equal(TlsClient.Refused, await PingAsync());
        await FailedAsync("no-client-certificate");
        Assert.Equal(0, upstream.Accepted);
        foreach (var subject in new[] { "first", "second" })
        {
            _log.Put(_clients.Entity("gateway", [], subject));
            Assert.Equal("ping", await PingAsync());
            Assert.Equal($"CN={subject}", _shown.Last());
        }
    }

    [Fact]
    public async Task ClientCertificate_NoneConfigured_UpstreamThatDemandsOneRefuses()
    {
        await using var upstream = Demanding(_authority.IssueLoaded("a.example"), []);
        Put(upstream, new UpstreamTls());
        Assert.Equal(TlsClient.Refused, await PingAsync());
    }

    [Fact]
    public async Task VerifyDepth_LongerChain_IsRefused()
    {
        var (pem, key) = _authority.Intermediate("one").Intermediate("two").Issue("a.example");
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        chain.RemoveAt(0);
        await using var upstream = Demanding(X509Certificate2.CreateFromPem(pem, key), chain);
        _log.Put(_clients.Entity("gateway", []));
        var tls = new UpstreamTls { Verify = true, CaPem = _authority.RootPem, VerifyDepth = 1, ClientCertificate = EntityKey.Certificate("ns", "gateway") };
        Put(upstream, tls);
        Assert.Equal(TlsClient.Refused, await PingAsync());
        await FailedAsync("chain-too-long");
        Put(upstream, tls with { VerifyDepth = 2 });
        Assert.Equal("ping", await PingAsync());
    }

    /// <summary>Asks for a certificate of the clients' authority, and sends back what comes.</summary>
    private TcpUpstream Demanding(X509Certificate2 certificate, X509Certificate2Collection chain) => new(async (client, stop) =>
    {
        await using var tls = new SslStream(client.GetStream());
        var trusted = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trusted.CustomTrustStore.ImportFromPem(_clients.RootPem);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                ClientCertificateRequired = true,
                CertificateChainPolicy = trusted,
            },
            stop);
        _shown.Enqueue(tls.RemoteCertificate!.Subject);
        await tls.CopyToAsync(tls, stop);
        await tls.ShutdownAsync();
    });

    private void Put(TcpUpstream upstream, UpstreamTls tls) => _log.Put(
        _authority.Entity("edge", ["a.example"]), Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { Protocol = UpstreamProtocol.Https, Tls = tls, Retries = 0 },
        Config.Route("r", null, "/") with { Matches = [], Protocols = RouteProtocols.Tls, Ports = [_port] });

    /// <summary>What comes back; <see cref="TlsClient.Refused"/>: the gateway hung up.</summary>
    private async Task<string> PingAsync()
    {
        try
        {
            await using var tls = await TlsClient.ConnectAsync(_port, "a.example");
            await tls.WriteAsync("ping"u8.ToArray());
            return await StreamTests.ReadAsync(tls, 4);
        }
        catch (Exception e) when (e is IOException)
        {
            return TlsClient.Refused;
        }
    }

    private Task FailedAsync(string reason) => Eventually.HoldsAsync(
        async () => (await _gateway.GetMetricsAsync()).Contains($"eventgateway_upstream_tls_failures_total{{reason=\"{reason}\"}}", StringComparison.Ordinal), $"a failure that counts as {reason}", []);
}
