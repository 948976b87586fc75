using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Tls;

/// <summary>Certificates that clients have to show, by real handshakes.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private readonly TestAuthority _servers = new("servers");
    private readonly TestAuthority _clients = new("clients");
    private GatewayHost _gateway = null!;
    private UpstreamServer _upstream = null!;
    private TestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await UpstreamServer.StartAsync(context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(
            $"upstream saw [{context.Request.Headers["X-Client-Cert-Subject"]}] [{context.Request.Headers["X-Client-Cert-Fingerprint"]}]")).AsTask());
        _gateway = await CertificateChoiceTests.StartAsync();
        _log = _gateway.Log();
        _log.Put(
            _servers.Entity("pair", ["a.example", "*.wild.example"]), Config.Endpoints("echo", _upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"),
            Demand("a.example"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Required_TrustedCertificate_IsServedAndUpstreamIsTold()
    {
        using var certificate = _clients.IssueLoaded("person");
        var answer = await GetAsync("a.example", certificate, headers: "X-Client-Cert-Subject: CN=forged\r\nx-client-cert-fingerprint: 00\r\n");
        Assert.Contains($"upstream saw [CN=person] [{certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()}]", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Required_SubjectBeyondAscii_IsEncoded()
    {
        using var certificate = _clients.IssueLoaded("Zoë 100%");
        Assert.Contains("[CN=Zo%C3%AB 100%25]", await GetAsync("a.example", certificate), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Required_BadOrNoCertificate_TlsRefuses()
    {
        using var untrusted = new TestAuthority("clients").IssueLoaded("person");
        using var expired = _clients.IssueLoaded("person", until: TestAuthority.From.AddDays(1));
        using var early = _clients.IssueLoaded("person", from: TestAuthority.Until.AddDays(-1));
        Assert.Equal(TlsClient.Refused, await GetAsync("a.example", null));
        Assert.Equal(TlsClient.Refused, await GetAsync("a.example", untrusted));
        Assert.Equal(TlsClient.Refused, await GetAsync("a.example", expired));
        Assert.Equal(TlsClient.Refused, await GetAsync("a.example", early));
        var metrics = await _gateway.Client.GetStringAsync($"http://127.0.0.1:{_gateway.StatusPort}/metrics");
        foreach (var reason in new[] { "missing", "untrusted", "expired", "not-yet-valid" })
        {
            Assert.Contains($"eventgateway_client_certificates_refused_total{{reason=\"{reason}\"}} 1", metrics, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Required_NoCertificate_ClientIsToldTheAuthoritysNameAndLetGo(string version)
    {
        Assert.SkipUnless(OpenSsl.IsThere, OpenSsl.Absent);
        var output = await OpenSsl.ClientAsync(_gateway.HttpsPort, "a.example", version);
        Assert.Contains("CN = clients", output, StringComparison.Ordinal);
        Assert.DoesNotContain("upstream saw", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VerifyDepth_LongerChain_IsRefused()
    {
        _log.Put(Demand("a.example", depth: 1));
        var one = _clients.Intermediate("one");
        Assert.Contains("upstream saw", await GetAsync("a.example", one, "person"), StringComparison.Ordinal);
        Assert.Equal(TlsClient.Refused, await GetAsync("a.example", one.Intermediate("two"), "person"));
        _log.Put(Demand("a.example", depth: 2));
        Assert.Contains("upstream saw", await GetAsync("a.example", one.Intermediate("two"), "person"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Optional_WithoutCertificateIsServed_BadOneIsNot()
    {
        _log.Put(Demand("a.example", ClientCertificateMode.Optional));
        using var good = _clients.IssueLoaded("person");
        using var untrusted = new TestAuthority("clients").IssueLoaded("person");
        Assert.Contains("upstream saw [] []", await GetAsync("a.example", null, headers: "X-Client-Cert-Subject: CN=forged\r\n"), StringComparison.Ordinal);
        Assert.Contains("upstream saw [CN=person]", await GetAsync("a.example", good), StringComparison.Ordinal);
        Assert.Equal(TlsClient.Refused, await GetAsync("a.example", untrusted));
    }

    [Fact]
    public async Task Request_ForAHostThatAsks_OnAnotherNamesConnection_Is421()
    {
        using var certificate = _clients.IssueLoaded("person");
        foreach (var sni in new[] { "x.wild.example", "other.example" })
        {
            var answer = await TlsClient.GetAsync(_gateway.HttpsPort, sni, "a.example", certificate);
            Assert.StartsWith("HTTP/1.1 421", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("upstream saw", answer, StringComparison.Ordinal);
        }

        // The other way round nothing is asked for, and nobody is told who the client is.
        Assert.Contains("upstream saw [] []", await TlsClient.GetAsync(_gateway.HttpsPort, "a.example", "x.wild.example", certificate), StringComparison.Ordinal);

        // A demand of its own for another CA is not met by this one.
        _log.Put(Demand("x.wild.example", authority: new TestAuthority("others"), name: "second"));
        Assert.StartsWith("HTTP/1.1 421", await TlsClient.GetAsync(_gateway.HttpsPort, "a.example", "x.wild.example", certificate), StringComparison.Ordinal);
        _log.Put(Demand("x.wild.example", name: "second"));
        Assert.Contains("upstream saw [CN=person]", await TlsClient.GetAsync(_gateway.HttpsPort, "a.example", "x.wild.example", certificate), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_OverHttp2OnAnotherNamesConnection_Is421()
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, _) => await TlsClient.ConnectAsync(_gateway.HttpsPort, "x.wild.example", o => o.ApplicationProtocols = [SslApplicationProtocol.Http2]),
        });
        foreach (var (host, expected) in new[] { ("x.wild.example", HttpStatusCode.OK), ("a.example", HttpStatusCode.MisdirectedRequest), ("A.example.", HttpStatusCode.MisdirectedRequest) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://x.wild.example/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Host = host;
            using var response = await client.SendAsync(request);
            Assert.Equal((host, expected), (host, response.StatusCode));
        }
    }

    [Fact]
    public async Task Request_OverPlainHttp_IsSentToHttps()
    {
        using var required = await _gateway.GetAsync("a.example");
        Assert.Equal(HttpStatusCode.UpgradeRequired, required.StatusCode);
        _log.Put(Demand("a.example", ClientCertificateMode.Optional));
        using var optional = await _gateway.GetAsync("a.example");
        Assert.Equal(HttpStatusCode.OK, optional.StatusCode);
    }

    [Fact]
    public async Task Demand_MadeOrLifted_HoldsForTheNextRequest()
    {
        using var certificate = _clients.IssueLoaded("person");
        await using var open = await TlsClient.ConnectAsync(_gateway.HttpsPort, "x.wild.example");
        _log.Put(Demand("*.wild.example", name: "second"));
        Assert.StartsWith("HTTP/1.1 421", await TlsClient.ExchangeAsync(open, "x.wild.example"), StringComparison.Ordinal);
        Assert.Equal(TlsClient.Refused, await GetAsync("x.wild.example", null));
        Assert.Contains("upstream saw [CN=person]", await GetAsync("x.wild.example", certificate), StringComparison.Ordinal);
        _log.Remove(EntityKey.Listener("ns", "second"));
        Assert.Contains("upstream saw [] []", await GetAsync("x.wild.example", null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demand_OfAnotherWorkspace_NeitherLiftsNorMakesOne()
    {
        using var certificate = _clients.IssueLoaded("person");
        var other = _gateway.Log("other");
        var strangers = new TestAuthority("strangers");
        other.Put(
            Demand("a.example", ClientCertificateMode.Optional, day: 0), Demand("*.wild.example", authority: strangers, name: "wild", day: 0), Demand(null, authority: strangers, name: "all", day: 0));
        Assert.Equal(TlsClient.Refused, await GetAsync("a.example", null));
        Assert.Contains("upstream saw [CN=person]", await GetAsync("a.example", certificate), StringComparison.Ordinal);
        Assert.Contains("upstream saw [] []", await GetAsync("x.wild.example", null), StringComparison.Ordinal);
        Assert.Contains("upstream saw [] []", await GetAsync("unnamed.example", null), StringComparison.Ordinal);
        var refused = _gateway.Publishers.SelectMany(p => p.Refused(other.Name)).ToList();
        Assert.Equal(["listener/ns/demand", "listener/ns/wild"], refused.Select(r => r.Key));
        Assert.Contains("a certificate of workspace shop, which alone decides", refused[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demand_WhoseNameAnotherWorkspaceTakesOver_RoutesStayShut()
    {
        // The pair goes; a stranger's wildcard answers for the name, and asks for nothing.
        var other = _gateway.Log("other");
        other.Put(_servers.Entity("stranger", ["*.example"]));
        _log.Remove(EntityKey.Certificate("ns", "pair"));
        Assert.StartsWith("HTTP/1.1 421", await GetAsync("a.example", null), StringComparison.Ordinal);
        Assert.Contains("with 421", Assert.Single(_gateway.Publishers.SelectMany(p => p.Refused(_log.Name))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demand_NameWithoutCertificate_IsInForceAllTheSame()
    {
        using var certificate = _clients.IssueLoaded("person");
        _log.Put(Demand("bare.example", name: "bare"));
        Assert.Equal(TlsClient.Refused, await GetAsync("bare.example", null));
        Assert.Contains("upstream saw [CN=person]", await GetAsync("bare.example", certificate), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demand_ForAllNames_HoldsForThoseOfItsCertificates()
    {
        _log.Change([Demand(null, name: "all"), _servers.Entity("default", ["*"])], [EntityKey.Listener("ns", "demand")]);
        Assert.Equal(TlsClient.Refused, await GetAsync("a.example", null));
        Assert.Equal(TlsClient.Refused, await GetAsync("x.wild.example", null));
        Assert.Equal(TlsClient.Refused, await GetAsync("unnamed.example", null));
    }

    [Fact]
    public async Task Demand_WhoseCaCannotBeRead_ShutsRatherThanOpens()
    {
        using var certificate = _clients.IssueLoaded("person");
        var broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";

        // With a predecessor, that stays.
        _log.Put(Demand("a.example") with { ClientValidation = new ClientValidation(broken) });
        Assert.Contains("upstream saw [CN=person]", await GetAsync("a.example", certificate), StringComparison.Ordinal);
        Assert.StartsWith("clientValidation.caPem: ", Assert.Single(_gateway.Publishers.SelectMany(p => p.Refused(_log.Name))).Reason, StringComparison.Ordinal);

        // Without one nobody comes in.
        _log.Put(Demand("x.wild.example", name: "new") with { ClientValidation = new ClientValidation(broken) });
        Assert.Equal(TlsClient.Refused, await GetAsync("x.wild.example", certificate));
        Assert.Equal(TlsClient.Refused, await GetAsync("x.wild.example", null));
        _log.Put(Demand("a.example"), Demand("x.wild.example", name: "new"));
        Assert.Empty(_gateway.Publishers.SelectMany(p => p.Refused(_log.Name)));
        Assert.Contains("upstream saw [CN=person]", await GetAsync("x.wild.example", certificate), StringComparison.Ordinal);
    }

    /// <summary>Such a bundle stands where a CA is asked for that is not there: it can be read, and signs nothing.</summary>
    [Fact]
    public async Task Demand_WhoseCaIsNobodys_RefusesEveryClient()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=trusts nobody", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var then = TestAuthority.From.AddYears(-20);
        using var nobody = request.CreateSelfSigned(then, then.AddSeconds(1));
        var demand = Demand("x.wild.example", name: "nobody") with { ClientValidation = new ClientValidation(nobody.ExportCertificatePem()) };
        _log.Put(demand);
        Assert.Empty(_gateway.Publishers.SelectMany(p => p.Refused(_log.Name)));
        using var trustedElsewhere = _clients.IssueLoaded("person");
        using var sameName = new TestAuthority("trusts nobody").IssueLoaded("person");
        foreach (var mode in new[] { ClientCertificateMode.Required, ClientCertificateMode.Optional })
        {
            _log.Put(demand with { ClientValidation = demand.ClientValidation! with { Mode = mode } });
            Assert.Equal(TlsClient.Refused, await GetAsync("x.wild.example", trustedElsewhere));
            Assert.Equal(TlsClient.Refused, await GetAsync("x.wild.example", sameName));

            // Not even to who holds its key, were there somebody.
            Assert.Equal(TlsClient.Refused, await GetAsync("x.wild.example", nobody));
        }

        _log.Put(demand);
        Assert.Equal(TlsClient.Refused, await GetAsync("x.wild.example", null));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Session_OfANameThatAsksForNothing_DoesNotLeadPastTheDemand(string version)
    {
        Assert.SkipUnless(OpenSsl.IsThere, OpenSsl.Absent);
        _log.Put(Demand("asks.wild.example", name: "second"));
        var session = Path.Combine(Path.GetTempPath(), $"session-{Guid.NewGuid():N}");
        try
        {
            await OpenSsl.ClientAsync(_gateway.HttpsPort, "open.wild.example", version, "-sess_out", session);
            var output = await OpenSsl.ClientAsync(_gateway.HttpsPort, "asks.wild.example", version, "-sess_in", session);
            Assert.DoesNotContain("upstream saw", output, StringComparison.Ordinal);
            Assert.DoesNotContain("HTTP/1.1", output, StringComparison.Ordinal);
            Assert.DoesNotContain("Reused, TLS", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(session);
        }
    }

    private Listener Demand(
        string? host, ClientCertificateMode mode = ClientCertificateMode.Required, int depth = 0, TestAuthority? authority = null, string name = "demand", int day = 1) =>
        new(EntityKey.Listener("ns", name))
        {
            Port = 443,
            Protocol = ListenerProtocol.Https,
            TlsMode = TlsMode.Terminate,
            Hosts = host is null ? [] : [Config.Host(host)],
            ClientValidation = new ClientValidation((authority ?? _clients).RootPem) { Mode = mode, VerifyDepth = depth },
            CreatedAt = Config.Epoch.AddDays(day),
        };

    private Task<string> GetAsync(string name, X509Certificate2? certificate, string headers = "") =>
        TlsClient.GetAsync(_gateway.HttpsPort, name, null, certificate, headers);

    private async Task<string> GetAsync(string name, TestAuthority issuer, string subject)
    {
        var (chain, key) = issuer.Issue(subject);
        using var certificate = X509Certificate2.CreateFromPem(chain, key);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        all.RemoveAt(0);
        return await TlsClient.GetAsync(_gateway.HttpsPort, name, configure: o =>
            o.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, all, offline: true));
    }
}
