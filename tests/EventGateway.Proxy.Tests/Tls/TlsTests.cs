using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Tls;

/// <summary>Real handshakes.</summary>
public sealed class TlsTests
{
    private static readonly KeyRing Ring = KeyRing.Parse(KeyRing.NewLine("k1"));

    [Fact]
    public async Task Handshake_BySni_TheNamesCertificateAndRoute()
    {
        await using var upstream = await UpstreamServer.StartAsync(context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(
            $"{context.Request.Headers["X-Forwarded-Proto"]} {context.Request.Headers["X-Forwarded-Port"]}")).AsTask());
        await using var gateway = await StartAsync();
        var log = gateway.Log();
        log.Put(
            Entity(log, "a", "a.example"), Entity(log, "b", "*.b.example"), Config.Endpoints("echo", upstream.Port), Config.Backend("echo"),
            Config.Route("r", "a.example", "/"), Config.Route("plain", "x.b.example", "/") with { Protocols = RouteProtocols.Http });
        Assert.Equal("CN=a", await SubjectAsync(gateway, "a.example"));
        Assert.Equal("CN=b", await SubjectAsync(gateway, "x.b.example"));
        Assert.Equal("CN=EventGateway default certificate", await SubjectAsync(gateway, "else.example"));
        Assert.Equal("https 443", await GetAsync(gateway, "a.example", HttpVersion.Version11));
        Assert.Equal("https 443", await GetAsync(gateway, "a.example", HttpVersion.Version20));
        Assert.Contains("no Route", await GetAsync(gateway, "x.b.example", HttpVersion.Version11), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swap_WhileConnectionsAreOpen_TheyGoOnAndNewOnesGetTheNew()
    {
        await using var upstream = await UpstreamServer.NamedAsync("ok");
        await using var gateway = await StartAsync();
        var log = gateway.Log();
        log.Put(Entity(log, "old", "a.example"), Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"));
        await using var open = await HandshakeAsync(gateway, "a.example");
        log.Change([Entity(log, "new", "a.example")], [EntityKey.Certificate("ns", "old")]);
        Assert.Equal("CN=new", await SubjectAsync(gateway, "a.example"));
        await open.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(open);
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_ChainWithIntermediate_IsSentWhole()
    {
        await using var gateway = await StartAsync();
        var log = gateway.Log();
        var (chain, key, root) = TestCertificates.Chain("a.example");
        log.Put(new Certificate(EntityKey.Certificate("ns", "a")) { ServerNames = ["a.example"], ChainPem = chain, PrivateKey = CertificateTableTests.SealFor(Ring, log.Name, "a", key) });
        using var trusted = root;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.HttpsPort);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a.example",
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { trusted },
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
        });
        Assert.True(tls.IsAuthenticated);
    }

    [Fact]
    public async Task Forward_HttpsBackend_WithoutVerification()
    {
        var (chain, key) = TestCertificates.Ecdsa("upstream");
        using var certificate = X509Certificate2.CreateFromPem(chain, key);
        await using var upstream = await UpstreamServer.StartAsync(
            context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(context.Request.Scheme)).AsTask(),
            listen => Microsoft.AspNetCore.Hosting.ListenOptionsHttpsExtensions.UseHttps(listen, certificate));
        await using var gateway = await StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { Protocol = UpstreamProtocol.Https }, Config.Route("r", null, "/"));
        Assert.Equal("https", await gateway.GetTextAsync("x.example"));
    }

    // What is served is the point here, not whether it is trusted.
    private static bool AcceptAny(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate is not null;

    private static Task<GatewayHost> StartAsync() => GatewayHost.StartAsync(o => new ProxyOptions
    {
        HttpPort = o.HttpPort,
        HttpsPort = o.HttpsPort,
        StatusPort = o.StatusPort,
        Bind = o.Bind,
        KeyRing = Ring,
    });

    private static Certificate Entity(TestLog log, string name, string serverName)
    {
        var (chain, key) = TestCertificates.Ecdsa(name);
        return new Certificate(EntityKey.Certificate("ns", name)) { ServerNames = [serverName], ChainPem = chain, PrivateKey = CertificateTableTests.SealFor(Ring, log.Name, name, key) };
    }

    private static async Task<string> SubjectAsync(GatewayHost gateway, string name)
    {
        await using var tls = await HandshakeAsync(gateway, name);
        return tls.RemoteCertificate!.Subject;
    }

    private static async Task<SslStream> HandshakeAsync(GatewayHost gateway, string name)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.HttpsPort);
        var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, AcceptAny);
        await tls.AuthenticateAsClientAsync(name);
        return tls;
    }

    private static async Task<string> GetAsync(GatewayHost gateway, string host, Version version)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = AcceptAny },
            ConnectCallback = async (_, cancellation) =>
            {
                var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, gateway.HttpsPort, cancellation);
                return client.GetStream();
            },
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{host}/") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request);
        Assert.Equal(version, response.Version);
        return await response.Content.ReadAsStringAsync();
    }
}
