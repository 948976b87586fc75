using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Tests.Upstreams.Health;

/// <summary>Active checks against real servers.</summary>
public sealed class ProbeTests : IAsyncLifetime
{
    private static readonly ActiveCheck Check = new()
    {
        Type = HealthCheckType.Http,
        Path = "/healthy?full=1",
        HealthyInterval = TimeSpan.FromMilliseconds(50),
        UnhealthyInterval = TimeSpan.FromMilliseconds(50),
        Timeout = TimeSpan.FromSeconds(20),
        Counts = new HealthCounts { HealthyStatuses = [200, 302], UnhealthyStatuses = [429, 500, 503], Successes = 2, HttpFailures = 2, TcpFailures = 2, Timeouts = 2 },
    };

    private GatewayHost _gateway = null!;
    private TestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync();
        _log = _gateway.Log();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Http_StatusTurns_EndpointGoesAndComesBack()
    {
        var status = 200;
        var hosts = new HashSet<string>();
        await using var upstream = await UpstreamServer.StartAsync(context =>
        {
            lock (hosts)
            {
                hosts.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.Host} {context.Request.Headers["X-Probe"]}");
            }

            context.Response.StatusCode = Volatile.Read(ref status);
            return Task.CompletedTask;
        });
        Put(Check with { Headers = [new HeaderValue("X-Probe", "yes")] }, b => b with { HostHeader = "probed.example" }, upstream.Port);
        await UsableAsync(1);
        Volatile.Write(ref status, 503);
        await UsableAsync(0);
        Volatile.Write(ref status, 302);
        await UsableAsync(1);
        lock (hosts)
        {
            Assert.Equal(["GET /healthy?full=1 probed.example yes"], hosts);
        }
    }

    [Theory]
    [InlineData(HealthCheckType.Tcp)]
    [InlineData(HealthCheckType.Http)]
    [InlineData(HealthCheckType.Grpc)]
    public async Task Refused_ThenListening_EndpointComesBack(HealthCheckType type)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Put(Check with { Type = type }, b => b, port);
        await UsableAsync(0);
        if (type == HealthCheckType.Tcp)
        {
            using var again = new TcpListener(IPAddress.Loopback, port);
            again.Start();
            await UsableAsync(1);
        }
    }

    [Fact]
    public async Task Http_SilentServer_IsATimeout()
    {
        await using var upstream = ScriptedUpstream.Silent();
        Put(Check with { Timeout = TimeSpan.FromMilliseconds(100), Counts = Check.Counts with { TcpFailures = 0, HttpFailures = 0 } }, b => b, upstream.Port);
        await UsableAsync(0);
        Assert.Contains("result=\"timeout\"}", await MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_Probes_UseConnectionsOfTheirOwn()
    {
        await using var upstream = ScriptedUpstream.Answering();
        Put(Check, b => b, upstream.Port);
        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Heads.Count >= 5), "five probes", []);
        Assert.InRange(upstream.Connections, upstream.Heads.Count - 1, upstream.Heads.Count + 1);
        var before = upstream.Heads.Count(h => h.StartsWith("GET /live", StringComparison.Ordinal));
        Assert.Equal("ok", await _gateway.GetTextAsync("x", "/live"));
        Assert.Equal(before + 1, upstream.Heads.Count(h => h.StartsWith("GET /live", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false, "", 1)]
    [InlineData(true, "", 0)]
    [InlineData(true, "good.example", 1)]
    [InlineData(true, "other.example", 0)]
    public async Task Https_Verification_AsConfigured(bool verify, string serverName, int usable)
    {
        using var certificate = SelfSigned("good.example");
        await using var upstream = await UpstreamServer.StartAsync(context => context.Response.WriteAsync("ok"), listen => listen.UseHttps(certificate));
        var ca = serverName.Length > 0 ? certificate.ExportCertificatePem() : "";
        Put(Check with { Type = HealthCheckType.Https, VerifyCertificate = verify, ServerName = serverName }, b => b with { Tls = new UpstreamTls { CaPem = ca } }, upstream.Port);
        await UsableAsync(usable);
        await Eventually.HoldsAsync(async () => (await MetricsAsync()).Contains(usable == 1 ? "result=\"success\"" : "result=\"connectfailure\"", StringComparison.Ordinal), "probes that tell", []);
    }

    [Theory]
    [InlineData(HealthCheckType.Https)]
    [InlineData(HealthCheckType.Grpcs)]
    public async Task Tls_ServerThatDemandsACertificate_IsShownTheBackends(HealthCheckType type)
    {
        var authority = new TestAuthority("upstreams");
        using var certificate = authority.IssueLoaded("good.example");
        var shown = new System.Collections.Concurrent.ConcurrentBag<string>();
        var service = new HealthServiceImpl();
        service.SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
        await using var app = await StartHealthServerAsync(service, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (client, _, _) =>
                {
                    shown.Add(client.Subject);
                    return true;
                },
            });
        });
        var check = Check with { Type = type, Path = "/", ServerName = "good.example", VerifyCertificate = true };
        var tls = new UpstreamTls { CaPem = authority.RootPem, VerifyDepth = 1 };
        Put(check, b => b with { Protocol = UpstreamProtocol.Https, Tls = tls }, PortOf(app));
        await UsableAsync(0);
        Assert.Empty(shown);
        Put(check, b => b with { Protocol = UpstreamProtocol.Https, Tls = tls with { ClientCertificate = EntityKey.Certificate("ns", "gateway") } }, PortOf(app));
        _log.Put(authority.Entity("gateway", [], "first"));
        await UsableAsync(1);
        _log.Put(authority.Entity("gateway", [], "second"));
        await Eventually.HoldsAsync(() => Task.FromResult(shown.Contains("CN=second")), "the next certificate to be shown", []);
        Assert.Contains("CN=first", shown);
    }

    [Fact]
    public async Task Grpc_ServingAndNot_ByService()
    {
        var service = new HealthServiceImpl();
        service.SetStatus("shop.Cart", HealthCheckResponse.Types.ServingStatus.Serving);
        await using var app = await StartHealthServerAsync(service, listen => listen.Protocols = HttpProtocols.Http2);
        var port = PortOf(app);
        Put(Check with { Type = HealthCheckType.Grpc, Path = "shop.Cart" }, b => b with { Protocol = UpstreamProtocol.Grpc }, port);
        await Eventually.HoldsAsync(async () => (await MetricsAsync()).Contains("result=\"success\"", StringComparison.Ordinal), "probes that succeed", []);
        await UsableAsync(1);
        service.SetStatus("shop.Cart", HealthCheckResponse.Types.ServingStatus.NotServing);
        await UsableAsync(0);
        service.SetStatus("shop.Cart", HealthCheckResponse.Types.ServingStatus.Serving);
        await UsableAsync(1);
        Put(Check with { Type = HealthCheckType.Grpc, Path = "no.Such" }, b => b with { Protocol = UpstreamProtocol.Grpc }, port);
        await UsableAsync(0);
    }

    [Fact]
    public async Task Backend_OrEndpointGone_ProbesStop()
    {
        await using var stays = ScriptedUpstream.Answering();
        await using var goes = ScriptedUpstream.Answering();
        Put(Check, b => b, stays.Port, goes.Port);
        await Eventually.HoldsAsync(() => Task.FromResult(stays.Heads.Count > 2 && goes.Heads.Count > 2), "probes at both", []);
        _log.Remove(EntityKey.Endpoints("ns", "slice-1"));
        await QuietAsync(goes, stays);
        _log.Remove(Config.BackendKey("echo"));
        await using var clock = ScriptedUpstream.Answering();
        _log.Put(Config.Backend("clock") with { Health = new HealthChecks { Active = Check } }, Config.Endpoints("clock", clock.Port));
        await QuietAsync(stays, clock);
    }

    [Fact]
    public async Task Concurrency_OfABackend_IsTheMostAtOnce()
    {
        var (now, most, seen) = (0, 0, 0);
        var go = new TaskCompletionSource();
        var upstreams = Enumerable.Range(0, 6).Select(_ => new ScriptedUpstream(async (_, stream, token) =>
        {
            var count = Interlocked.Increment(ref now);
            Interlocked.Increment(ref seen);
            InterlockedMax(ref most, count);
            await go.Task;
            Interlocked.Decrement(ref now);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), token);
            return true;
        })).ToList();
        Put(Check with { Concurrency = 3, HealthyInterval = TimeSpan.FromMilliseconds(10) }, b => b, [.. upstreams.Select(u => u.Port)]);
        await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref now) == 3), "three probes at once", []);
        go.SetResult();
        await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref seen) > 50), "fifty probes", []);
        Assert.Equal(3, Volatile.Read(ref most));
        foreach (var upstream in upstreams)
        {
            await upstream.DisposeAsync();
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int before;
        while ((before = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, before) != before)
        {
        }
    }

    /// <summary>While the other is probed ten times more, this one is probed no more than what was under way.</summary>
    private static async Task QuietAsync(ScriptedUpstream quiet, ScriptedUpstream other)
    {
        var (before, target) = (quiet.Heads.Count, other.Heads.Count + 10);
        await Eventually.HoldsAsync(() => Task.FromResult(other.Heads.Count >= target), "ten probes of the other", []);
        Assert.InRange(quiet.Heads.Count, before, before + 1);
    }

    private static async Task<WebApplication> StartHealthServerAsync(HealthServiceImpl service, Action<ListenOptions> listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, listen));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(service);
        var app = builder.Build();
        app.MapGrpcService<HealthServiceImpl>();
        app.MapGet("/", () => "well");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static int PortOf(WebApplication app) =>
        new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single()).Port;

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    private void Put(ActiveCheck check, Func<Backend, Backend> configure, params int[] ports) => _log.Put([
        .. ports.Select((p, i) => (Entity)(Config.Endpoints($"slice-{i}", p) with { Group = "ns/echo" })),
        configure(Config.Backend("echo") with { Health = new HealthChecks { Active = check, PanicPercent = 0, Outlier = new OutlierEjection { ConsecutiveFailures = 0 } } }),
        Config.Route("r", null, "/")]);

    private Task UsableAsync(int count) => Eventually.HoldsAsync(
        () => Task.FromResult(_gateway.Table.TryMatch(Tables.Request("x", "/"), out var hit) && hit.Entry.Backends.Pick()!.Model.Pool.Count == count),
        $"{count} usable endpoints",
        []);

    private Task<string> MetricsAsync() => _gateway.Client.GetStringAsync(new Uri($"http://127.0.0.1:{_gateway.StatusPort}/metrics"));
}
