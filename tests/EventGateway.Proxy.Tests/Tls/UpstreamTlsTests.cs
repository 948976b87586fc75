using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EventGateway.Proxy.Tests.Tls;

/// <summary>TLS towards real upstreams.</summary>
public sealed class UpstreamTlsTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new("upstreams");
    private GatewayHost _gateway = null!;
    private TestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await CertificateChoiceTests.StartAsync();
        _log = _gateway.Log();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Verify_TrustedAndNamed_Forwards()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("shop.internal"));
        Put(upstream, new UpstreamTls { Verify = true, CaPem = _authority.RootPem });
        Assert.Equal("sni shop.internal, Host shop.internal, client -", await _gateway.GetTextAsync("shop.internal"));
    }

    [Fact]
    public async Task ServerName_IsAskedForAndVerified_WhateverTheHost()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("shop.internal"));
        Put(upstream, new UpstreamTls { Verify = true, CaPem = _authority.RootPem, ServerName = "shop.internal" });
        Assert.Equal("sni shop.internal, Host public.example:8443, client -", await _gateway.GetTextAsync("public.example:8443"));
    }

    [Fact]
    public async Task Verify_NoHostPreserved_AddressIsVerified()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("127.0.0.1"));
        Put(upstream, new UpstreamTls { Verify = true, CaPem = _authority.RootPem }, preserveHost: false);
        Assert.StartsWith("sni , Host 127.0.0.1:", await _gateway.GetTextAsync("public.example"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name-mismatch")]
    [InlineData("untrusted")]
    [InlineData("expired")]
    [InlineData("not-yet-valid")]
    [InlineData("chain-too-long")]
    [InlineData("machine")]
    public async Task Verify_BadCertificate_502WithItsReason(string reason)
    {
        var certificate = reason switch
        {
            "name-mismatch" => _authority.IssueLoaded("other.internal"),
            "expired" => _authority.IssueLoaded("shop.internal", until: TestAuthority.From.AddDays(1)),
            "not-yet-valid" => _authority.IssueLoaded("shop.internal", from: TestAuthority.Until.AddDays(-1)),
            "untrusted" => new TestAuthority("upstreams").IssueLoaded("shop.internal"),
            _ => _authority.IssueLoaded("shop.internal"),
        };
        var chain = new X509Certificate2Collection();
        if (reason == "chain-too-long")
        {
            var (pem, key) = _authority.Intermediate("one").Intermediate("two").Issue("shop.internal");
            certificate = X509Certificate2.CreateFromPem(pem, key);
            chain.ImportFromPem(pem);
        }

        await using var upstream = await StartAsync(certificate, chain: chain);
        Put(upstream, new UpstreamTls { Verify = true, CaPem = reason == "machine" ? "" : _authority.RootPem, VerifyDepth = 1 });
        using var response = await _gateway.GetAsync("shop.internal");
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("An invalid response was received from the upstream server", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AssertCountedAsync(reason == "machine" ? "untrusted" : reason);

        // The next settings hold at once: no connection of the old ones is used.
        Put(upstream, new UpstreamTls());
        Assert.Contains("sni shop.internal", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_TurnedOn_ConnectionsMadeWithoutAreNotUsed()
    {
        await using var upstream = await StartAsync(new TestAuthority("strangers").IssueLoaded("shop.internal"));
        Put(upstream, new UpstreamTls());
        Assert.Contains("sni shop.internal", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
        Put(upstream, new UpstreamTls { Verify = true, CaPem = _authority.RootPem });
        for (var i = 0; i < 3; i++)
        {
            using var response = await _gateway.GetAsync("shop.internal");
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        }
    }

    [Fact]
    public async Task ClientCertificate_IsShown_AndSwappedWithTheNextRequest()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("shop.internal"), AskForCertificate);
        var pair = EntityKey.Certificate("ns", "gateway");
        Put(upstream, new UpstreamTls { ClientCertificate = pair });
        using (var without = await _gateway.GetAsync("shop.internal"))
        {
            Assert.Equal(HttpStatusCode.BadGateway, without.StatusCode);
        }

        await AssertCountedAsync("no-client-certificate");
        foreach (var subject in new[] { "first", "second", "third" })
        {
            _log.Put(_authority.Entity("gateway", [], subject));
            Assert.EndsWith($"client CN={subject}", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
        }

        // A bad successor leaves the one before in use.
        _log.Put(_authority.Entity("gateway", [], "fourth") with { PrivateKey = new PlainSecret("no key"u8.ToArray()) });
        Assert.EndsWith("client CN=third", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
        Assert.Single(_gateway.Publishers.SelectMany(p => p.Refused(_log.Name)));
    }

    [Fact]
    public async Task ClientCertificate_SwappedUnderLoad_NoRequestFails()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("shop.internal"), AskForCertificate);
        _log.Put(_authority.Entity("gateway", [], "0"));
        Put(upstream, new UpstreamTls { ClientCertificate = EntityKey.Certificate("ns", "gateway") });
        using var stop = new CancellationTokenSource();
        var loads = Enumerable.Range(0, 4).Select(async _ =>
        {
            var count = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.Contains("client CN=", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
                count++;
            }

            return count;
        }).ToList();
        for (var i = 1; i <= 40; i++)
        {
            _log.Put(_authority.Entity("gateway", [], $"{i}"));
            Assert.EndsWith($"client CN={i}", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(loads), count => Assert.True(count > 0));
    }

    [Fact]
    public async Task ClientCertificate_OfTheSameKeyInAnotherLog_IsNotShown()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("shop.internal"), AskForCertificate);
        var other = _gateway.Log("other");
        _log.Put(_authority.Entity("gateway", [], "ours"));
        other.Put(_authority.Entity("gateway", [], "theirs"));
        var tls = new UpstreamTls { ClientCertificate = EntityKey.Certificate("ns", "gateway") };
        Put(upstream, tls);
        other.Put(
            Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { Protocol = UpstreamProtocol.Https, Tls = tls },
            Config.Route("r", "theirs.example", "/") with { PreserveHost = true });
        Assert.EndsWith("client CN=ours", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
        Assert.EndsWith("client CN=theirs", await _gateway.GetTextAsync("theirs.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grpcs_Upstream_Http2ByAlpn()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("shop.internal"), handler: context => context.Request.Protocol, protocols: HttpProtocols.Http1AndHttp2);
        Put(upstream, new UpstreamTls { Verify = true, CaPem = _authority.RootPem, ServerName = "shop.internal" }, UpstreamProtocol.Grpcs);
        Assert.Equal("HTTP/2", await _gateway.GetTextAsync("public.example"));
        Put(upstream, new UpstreamTls { Verify = true, CaPem = _authority.RootPem, ServerName = "shop.internal" });
        Assert.Equal("HTTP/1.1", await _gateway.GetTextAsync("public.example"));
    }

    [Fact]
    public async Task CaThatCannotBeRead_BackendIsRefusedAndThePreviousStays()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("shop.internal"));
        Put(upstream, new UpstreamTls { Verify = true, CaPem = _authority.RootPem });
        _log.Put(Config.Backend("echo") with { Protocol = UpstreamProtocol.Https, Tls = new UpstreamTls { Verify = true, CaPem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" } });
        var refused = Assert.Single(_gateway.Publishers.SelectMany(p => p.Refused(_log.Name)));
        Assert.Equal("backend/ns/echo/80", refused.Key);
        Assert.StartsWith("tls.caPem: a certificate in it cannot be read", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("sni shop.internal", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
    }

    [Fact]
    public void Clients_Key_HoldsEverything()
    {
        var clients = new UpstreamClients().For(new LogName("o", "a"));
        var pair = EntityKey.Certificate("ns", "p");
        var backend = Config.Backend("a") with { Protocol = UpstreamProtocol.Https };
        Backend[] different =
        [
            backend,
            backend with { ConnectTimeout = TimeSpan.FromSeconds(1) },
            backend with { Tls = new UpstreamTls { Verify = true } },
            backend with { Tls = new UpstreamTls { Verify = true, VerifyDepth = 2 } },
            backend with { Tls = new UpstreamTls { Verify = true, CaPem = _authority.RootPem } },
            backend with { Tls = new UpstreamTls { ServerName = "x" } },
            backend with { Tls = new UpstreamTls { ClientCertificate = pair } },
            backend with { Circuit = new CircuitLimits { MaxConnectionsPerEndpoint = 3 } },
        ];
        var all = different.Select(clients.Get).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(all, different.Select(d => clients.Get(d with { Tls = d.Tls is null ? null : d.Tls with { } })));
        Assert.NotSame(all[6], clients.For(new LogName("o", "b")).Get(different[6]));
        Assert.Same(all[5], clients.For(new LogName("o", "b")).Get(different[5]));
        GC.KeepAlive(all);
    }

    [Fact]
    public void Clients_NobodyHolds_AreLetGo()
    {
        var clients = new UpstreamClients();
        Rotate(clients);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(clients.Count, 0, 1);
    }

    [Fact]
    public async Task CaRotated_ManyTimesUnderRequests_OldClientsAreLetGo()
    {
        await using var upstream = await StartAsync(_authority.IssueLoaded("shop.internal"));
        for (var i = 0; i < 20; i++)
        {
            Put(upstream, new UpstreamTls { Verify = true, CaPem = $"# {i}\n{_authority.RootPem}" });
            Assert.Contains("sni shop.internal", await _gateway.GetTextAsync("shop.internal"), StringComparison.Ordinal);
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(_gateway.Clients.Count, 1, 4);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Rotate(UpstreamClients clients)
    {
        for (var i = 0; i < 50; i++)
        {
            _ = clients.Get(Config.Backend("a") with { Protocol = UpstreamProtocol.Https, Tls = new UpstreamTls { CaPem = $"# {i}\n{_authority.RootPem}" } });
        }
    }

    private static void AskForCertificate(SslServerAuthenticationOptions tls)
    {
        tls.ClientCertificateRequired = true;
        tls.RemoteCertificateValidationCallback = TlsClient.AcceptAny;
    }

    private static Task<UpstreamServer> StartAsync(
        X509Certificate2 certificate, Action<SslServerAuthenticationOptions>? configure = null, Func<HttpContext, string>? handler = null,
        HttpProtocols protocols = HttpProtocols.Http1, X509Certificate2Collection? chain = null)
    {
        var tls = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ApplicationProtocols = protocols == HttpProtocols.Http1 ? [SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        configure?.Invoke(tls);
        return UpstreamServer.StartAsync(
            context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(handler?.Invoke(context)
                ?? $"sni {context.Features.Get<ITlsHandshakeFeature>()?.HostName}, Host {context.Request.Host}, client {context.Connection.ClientCertificate?.Subject ?? "-"}")).AsTask(),
            listen =>
            {
                listen.Protocols = protocols;
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) });
            });
    }

    private void Put(UpstreamServer upstream, UpstreamTls tls, UpstreamProtocol protocol = UpstreamProtocol.Https, bool preserveHost = true) => _log.Put(
        Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { Protocol = protocol, Tls = tls },
        Config.Route("r", null, "/") with { PreserveHost = preserveHost });

    private async Task AssertCountedAsync(string reason)
    {
        var metrics = await _gateway.Client.GetStringAsync($"http://127.0.0.1:{_gateway.StatusPort}/metrics");
        Assert.Contains($"eventgateway_upstream_tls_failures_total{{reason=\"{reason}\"}}", metrics, StringComparison.Ordinal);
    }
}
