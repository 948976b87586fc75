using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Tests.Tls;

/// <summary>Versions, cipher suites, protocols, sessions and swaps, by real handshakes.</summary>
public sealed class TlsSettingsTests
{
    private readonly TestAuthority _authority = new("test");

    [Fact]
    public async Task Handshake_OlderThanTheMinimum_IsRefused()
    {
        await using var gateway = await CertificateChoiceTests.StartAsync(new TlsOptions { MinVersion = SslProtocols.Tls13 });
        await Assert.ThrowsAnyAsync<Exception>(() => TlsClient.SubjectAsync(gateway.HttpsPort, "a.example", o => o.EnabledSslProtocols = SslProtocols.Tls12));
        await using var tls = await TlsClient.ConnectAsync(gateway.HttpsPort, "a.example");
        Assert.Equal(SslProtocols.Tls13, tls.SslProtocol);
    }

    [Fact]
    public async Task Handshake_ByDefault_BothVersions()
    {
        await using var gateway = await CertificateChoiceTests.StartAsync();
        foreach (var version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            await using var tls = await TlsClient.ConnectAsync(gateway.HttpsPort, "a.example", o => o.EnabledSslProtocols = version);
            Assert.Equal(version, tls.SslProtocol);
        }
    }

    [Fact]
    public async Task Handshake_SuiteThatIsNotNamed_IsRefused()
    {
        await using var gateway = await CertificateChoiceTests.StartAsync(new TlsOptions { Ciphers = [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384] });
        await Assert.ThrowsAnyAsync<Exception>(() => TlsClient.SubjectAsync(
            gateway.HttpsPort, "a.example", o => CertificateChoiceTests.Only(o, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)));
        await using var named = await TlsClient.ConnectAsync(gateway.HttpsPort, "a.example", o => CertificateChoiceTests.Only(o, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384));
        Assert.Equal(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, named.NegotiatedCipherSuite);
        await using var newer = await TlsClient.ConnectAsync(gateway.HttpsPort, "a.example");
        Assert.Equal(SslProtocols.Tls13, newer.SslProtocol);
    }

    [Fact]
    public async Task Handshake_SuitesOfOneKey_ThatKeyIsServed()
    {
        await using var gateway = await CertificateChoiceTests.StartAsync(new TlsOptions { Ciphers = [TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256] });
        gateway.Log().Put(_authority.Entity("ec", ["a.example"]), _authority.Entity("rsa", ["a.example"], isRsa: true));
        Assert.Equal("CN=rsa", await TlsClient.SubjectAsync(gateway.HttpsPort, "a.example", o => o.EnabledSslProtocols = SslProtocols.Tls12));
    }

    [Theory]
    [InlineData("h2", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    [InlineData("http/1.1,h2", "h2")]
    [InlineData("", "")]
    public async Task Handshake_Alpn_ByTheGatewaysPreference(string offered, string expected)
    {
        await using var gateway = await CertificateChoiceTests.StartAsync();
        await using var tls = await TlsClient.ConnectAsync(gateway.HttpsPort, "a.example", o =>
            o.ApplicationProtocols = [.. offered.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => new SslApplicationProtocol(p))]);
        Assert.Equal(expected, tls.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task Swap_UnderLoad_NoRequestFails()
    {
        await using var upstream = await UpstreamServer.NamedAsync("ok");
        await using var gateway = await CertificateChoiceTests.StartAsync();
        var log = gateway.Log();
        log.Put(_authority.Entity("tls", ["a.example"], "0"), Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"));
        using var stop = new CancellationTokenSource();
        var loads = new[] { LoadAsync(gateway, HttpVersion.Version11, true), LoadAsync(gateway, HttpVersion.Version20, true), LoadAsync(gateway, HttpVersion.Version11, false), LoadAsync(gateway, HttpVersion.Version20, false) };
        for (var i = 1; i <= 60; i++)
        {
            log.Put(_authority.Entity("tls", ["a.example"], $"{i}", isRsa: i % 10 == 0));
            Assert.Equal($"CN={i}", await TlsClient.SubjectAsync(gateway.HttpsPort, "a.example"));
        }

        await stop.CancelAsync();
        var counts = await Task.WhenAll(loads);
        Assert.All(counts, count => Assert.True(count > 0));

        async Task<int> LoadAsync(GatewayHost host, Version version, bool isKept)
        {
            var count = 0;
            var client = NewClient(host);
            while (!stop.IsCancellationRequested)
            {
                if (!isKept)
                {
                    client.Dispose();
                    client = NewClient(host);
                }

                using var request = new HttpRequestMessage(HttpMethod.Get, "https://a.example/") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal("ok", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
                count++;
            }

            client.Dispose();
            return count;
        }
    }

    internal static HttpClient NewClient(GatewayHost gateway) => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = TlsClient.AcceptAny },
        ConnectCallback = async (_, cancellation) =>
        {
            var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, gateway.HttpsPort, cancellation);
            return client.GetStream();
        },
    });
}
