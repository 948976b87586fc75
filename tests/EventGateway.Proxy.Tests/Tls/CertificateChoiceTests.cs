using System.Net.Security;
using System.Security.Authentication;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Tests.Tls;

/// <summary>Which of several certificates a name is served with.</summary>
public sealed class CertificateChoiceTests
{
    private readonly TestAuthority _authority = new("test");

    [Theory]
    [InlineData("shop.example", "CN=exact")]
    [InlineData("a.shop.example", "CN=first-label")]
    [InlineData("shop.test", "CN=last-label")]
    [InlineData("SHOP.co.test", "CN=last-label")]
    [InlineData("shop.eu.test", "CN=longer")]
    [InlineData("shop", "CN=default")]
    [InlineData("a.b.shop.example", "CN=default")]
    [InlineData("shop..", "CN=last-label")]
    public void Select_Patterns_MostSpecific(string name, string expected)
    {
        var table = new CertificateTable(null, TimeProvider.System);
        var log = new TestLog("alpha", table);
        log.Put(
            _authority.Entity("exact", ["shop.example"]), _authority.Entity("first-label", ["*.shop.example"]), _authority.Entity("last-label", ["shop.*"]),
            _authority.Entity("longer", ["shop.eu.*"]), _authority.Entity("default", ["*"]));
        Assert.Equal(expected, table.Select(name).Leaf.Subject);
        log.Remove(EntityKey.Certificate("ns", "last-label"), EntityKey.Certificate("ns", "longer"));
        Assert.Equal("CN=default", table.Select("shop.test").Leaf.Subject);
    }

    [Fact]
    public void Refused_SameKindOfKeyTwice_LoserNamed_OtherKindIsNone()
    {
        var table = new CertificateTable(null, TimeProvider.System);
        var (alpha, beta) = (new TestLog("alpha", table), new TestLog("beta", table));
        alpha.Put(_authority.Entity("ec", ["a.example"]), _authority.Entity("rsa", ["a.example"], isRsa: true), _authority.Entity("rsa2", ["a.example"], isRsa: true, day: 2));
        Assert.Equal("certificate/ns/rsa2", Assert.Single(table.Refused(alpha.Name)).Key);
        Assert.Contains("served with pair rsa of workspace alpha", Assert.Single(table.Refused(alpha.Name)).Reason, StringComparison.Ordinal);
        alpha.Remove(EntityKey.Certificate("ns", "rsa"), EntityKey.Certificate("ns", "rsa2"));
        beta.Put(_authority.Entity("foreign", ["a.example"], isRsa: true, day: 3));
        var onlyRsa = new ClientHello { OffersTls13 = true, Schemes = SignatureSchemes.Rsa | SignatureSchemes.RsaPss };
        Assert.Equal("CN=ec", table.Select("a.example", onlyRsa).Leaf.Subject);
        Assert.Contains("pair ec of workspace alpha, which is older", Assert.Single(table.Refused(beta.Name)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_ClientsOfOneKey_GetIt()
    {
        await using var gateway = await StartAsync();
        gateway.Log().Put(_authority.Entity("ec", ["a.example"]), _authority.Entity("rsa", ["a.example"], isRsa: true));
        Assert.Equal("CN=ec", await TlsClient.SubjectAsync(gateway.HttpsPort, "a.example"));
        Assert.Equal("CN=rsa", await TlsClient.SubjectAsync(gateway.HttpsPort, "a.example", o => Only(o, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)));
        Assert.Equal("CN=ec", await TlsClient.SubjectAsync(gateway.HttpsPort, "a.example", o => Only(o, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)));
    }

    [Fact]
    public async Task Handshake_HelloInSingleBytes_RightKey()
    {
        await using var gateway = await StartAsync();
        gateway.Log().Put(_authority.Entity("ec", ["a.example"]), _authority.Entity("rsa", ["a.example"], isRsa: true));
        Assert.Equal("CN=rsa", await TlsClient.SubjectAsync(
            gateway.HttpsPort, "a.example", o => Only(o, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), s => new OneByteWrites(s)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task Handshake_HelloInManyRecords_RightNameAndKey(int recordSize)
    {
        await using var gateway = await StartAsync();
        gateway.Log().Put(_authority.Entity("ec", ["a.example"]), _authority.Entity("rsa", ["a.example"], isRsa: true), _authority.Entity("default", ["*"]));
        Assert.Equal("CN=ec", await TlsClient.SubjectAsync(gateway.HttpsPort, "a.example", wrap: s => new CutHello(s, recordSize)));
        Assert.Equal("CN=rsa", await TlsClient.SubjectAsync(
            gateway.HttpsPort, "a.example", o => Only(o, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), s => new CutHello(s, recordSize)));
    }

    [Fact]
    public async Task Handshake_NameBeyondAscii_ItsCertificate()
    {
        await using var gateway = await StartAsync();
        gateway.Log().Put(_authority.Entity("books", ["xn--bcher-kva.example"]), _authority.Entity("default", ["*"]));
        Assert.Equal("CN=books", await TlsClient.SubjectAsync(gateway.HttpsPort, "xn--bcher-kva.example"));
    }

    [Theory]
    [InlineData("ECDSA+SHA256", "CN = ec")]
    [InlineData("RSA-PSS+SHA256", "CN = rsa")]
    public async Task Handshake_Tls13BySignatureSchemes_RightKey(string schemes, string expected)
    {
        Assert.SkipUnless(OpenSsl.IsThere, OpenSsl.Absent);
        await using var gateway = await StartAsync();
        gateway.Log().Put(_authority.Entity("ec", ["a.example"]), _authority.Entity("rsa", ["a.example"], isRsa: true));
        var output = await OpenSsl.ClientAsync(gateway.HttpsPort, "a.example", "-tls1_3", "-sigalgs", schemes);
        Assert.Contains("subject=" + expected, output, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 404", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_BadCertificateBesideGoodOnes_OnlyItsNamesSuffer()
    {
        await using var gateway = await StartAsync();
        var bad = _authority.Entity("bad", ["bad.example"]) with { PrivateKey = new PlainSecret("no key"u8.ToArray()) };
        gateway.Log().Put(_authority.Entity("a", ["a.example"]), bad, _authority.Entity("z", ["z.example"]));
        Assert.Equal("CN=a", await TlsClient.SubjectAsync(gateway.HttpsPort, "a.example"));
        Assert.Equal("CN=z", await TlsClient.SubjectAsync(gateway.HttpsPort, "z.example"));
        Assert.Equal("CN=EventGateway default certificate", await TlsClient.SubjectAsync(gateway.HttpsPort, "bad.example"));
    }

    internal static Task<GatewayHost> StartAsync(TlsOptions? tls = null) => GatewayHost.StartAsync(o => new ProxyOptions
    {
        HttpPort = o.HttpPort,
        HttpsPort = o.HttpsPort,
        StatusPort = o.StatusPort,
        Bind = o.Bind,
        Tls = tls ?? new TlsOptions(),
    });

    internal static void Only(SslClientAuthenticationOptions options, TlsCipherSuite suite)
    {
        options.EnabledSslProtocols = SslProtocols.Tls12;
#pragma warning disable CA1416 // Tests run where OpenSSL is.
        options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
#pragma warning restore CA1416
    }
}
