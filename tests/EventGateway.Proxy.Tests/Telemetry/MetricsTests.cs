using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Tests.Telemetry;

/// <summary>What /metrics says of traffic that there really was.</summary>
public sealed class MetricsTests
{
    private static readonly ProxyOptions PerRoute = new() { HttpPort = 0, HttpsPort = 0, StatusPort = 0, Bind = IPAddress.Loopback, MetricsPerRoute = true };

    [Fact]
    public async Task RouteIsGone_ItsSeriesGoToo()
    {
        await using var upstream = await UpstreamServer.NamedAsync("ok");
        await using var gateway = await GatewayHost.StartAsync(_ => PerRoute);
        var log = gateway.Log();
        log.Put(Config.Route("r", "x", "/r"), Config.Route("s", "x", "/s"), Config.Backend("echo"), Config.Endpoints("echo", upstream.Port));
        await gateway.GetTextAsync("x", "/r");
        await gateway.GetTextAsync("x", "/s");
        Assert.Equal(["route/ns/r/0", "route/ns/s/0"], await RoutesAsync(gateway));

        log.Remove(Config.RouteKey("r"));
        Assert.Equal(["route/ns/r/0", "route/ns/s/0"], await RoutesAsync(gateway));
        Assert.Equal(["route/ns/s/0"], await RoutesAsync(gateway));

        // Back again, it counts from nought.
        log.Put(Config.Route("r", "x", "/r"));
        await gateway.GetTextAsync("x", "/r");
        Assert.Equal(["route/ns/r/0", "route/ns/s/0"], await RoutesAsync(gateway));
        Assert.Contains("eventgateway_requests_total{workspace=\"shop\",code=\"200\",route=\"route/ns/r/0\"} 1\n", await MetricsAsync(gateway), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RouteIsGone_RequestStillRuns_ItsSeriesGoWhenItHasEnded()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await UpstreamServer.StartAsync(_ => release.Task);
        await using var gateway = await GatewayHost.StartAsync(_ => PerRoute);
        var log = gateway.Log();
        log.Put(Config.Route("r", "x", "/r"), Config.Backend("echo"), Config.Endpoints("echo", upstream.Port));
        var running = gateway.GetTextAsync("x", "/r");
        await EventuallyAsync(gateway, "eventgateway_requests_in_flight 1\n");
        log.Remove(Config.RouteKey("r"));
        await MetricsAsync(gateway);
        await MetricsAsync(gateway);
        release.SetResult();
        await running;
        await EventuallyAsync(gateway, "eventgateway_requests_in_flight 0\n");
        Assert.Empty(await RoutesAsync(gateway));
    }

    [Fact]
    public async Task Connections_ByPort_AndHandshakesByResult()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var plain = new TcpClient();
        await plain.ConnectAsync(IPAddress.Loopback, gateway.HttpPort);
        await EventuallyAsync(gateway, $"eventgateway_connections{{port=\"{gateway.HttpPort}\"}} 1\n");
        plain.Close();
        await EventuallyAsync(gateway, $"eventgateway_connections{{port=\"{gateway.HttpPort}\"}} 0\n");

        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } };
        using var client = new HttpClient(handler);
        using var answer = await client.GetAsync(new Uri($"https://127.0.0.1:{gateway.HttpsPort}/"));
        await EventuallyAsync(gateway, "eventgateway_tls_handshake_duration_seconds_count{result=\"ok\"} 1\n");
        using var nonsense = new TcpClient();
        await nonsense.ConnectAsync(IPAddress.Loopback, gateway.HttpsPort);
        await nonsense.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await EventuallyAsync(gateway, "eventgateway_tls_handshake_duration_seconds_count{result=\"failed\"} 1\n");
    }

    [Fact]
    public async Task UpstreamErrors_ByWorkspaceAndReason()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await using var silent = new RawUpstream("HTTP/1.1 2xx nonsense\r\n\r\n");
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var deadPort = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var log = gateway.Log();
        log.Put(
            Config.Route("dead", "x", "/dead", "dead"), Config.Backend("dead"), Config.Endpoints("dead", deadPort),
            Config.Route("odd", "x", "/odd", "odd"), Config.Backend("odd"), Config.Endpoints("odd", silent.Port),
            Config.Route("none", "x", "/none", "none"), Config.Backend("none"));
        await gateway.GetTextAsync("x", "/dead");
        await gateway.GetTextAsync("x", "/odd");
        await gateway.GetTextAsync("x", "/none");
        await gateway.GetTextAsync("x", "/no-route");
        var text = await MetricsAsync(gateway);
        Assert.Equal(
            ["reason=\"connect\"} 1", "reason=\"no_endpoint\"} 1", "reason=\"protocol\"} 1"],
            Regex.Matches(text, "^eventgateway_upstream_errors_total{workspace=\"shop\",(.*)$", RegexOptions.Multiline).Select(m => m.Groups[1].Value).Order());
    }

    [Theory]
    [InlineData(ForwarderError.RequestTimedOut, "timeout")]
    [InlineData(ForwarderError.ResponseBodyDestination, "response_body")]
    [InlineData(ForwarderError.RequestCanceled, null)]
    [InlineData(ForwarderError.RequestBodyClient, null)]
    [InlineData(ForwarderError.ResponseBodyClient, null)]
    [InlineData(ForwarderError.UpgradeActivityTimeout, null)]
    public void UpstreamErrors_ReasonOf_LeavesOutTheClients(ForwarderError error, string? reason) => Assert.Equal(reason, UpstreamErrors.ReasonOf(error, null));

    [Fact]
    public async Task Certificates_SoonestExpiryOfEachLog()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var log = gateway.Log();
        var (late, _) = TestCertificates.Ecdsa("late");
        var (soon, _, _) = TestCertificates.Chain("soon");
        var expiry = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(soon).NotAfter.ToUniversalTime();
        log.Put(Certificate("late", late), Certificate("soon", soon), Certificate("broken", "no PEM"));
        var text = await MetricsAsync(gateway);
        Assert.Contains("eventgateway_certificates{origin=\"test\",workspace=\"shop\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains($"eventgateway_certificate_expiry_timestamp_seconds{{origin=\"test\",workspace=\"shop\"}} {new DateTimeOffset(expiry).ToUnixTimeSeconds()}\n", text, StringComparison.Ordinal);
        log.Remove(EntityKey.Certificate("ns", "late"), EntityKey.Certificate("ns", "soon"), EntityKey.Certificate("ns", "broken"));
        Assert.DoesNotContain("eventgateway_certificate_expiry_timestamp_seconds{", await MetricsAsync(gateway), StringComparison.Ordinal);
    }

    private static Certificate Certificate(string name, string chain) =>
        new(EntityKey.Certificate("ns", name)) { ServerNames = [name], ChainPem = chain, PrivateKey = new PlainSecret("no key"u8.ToArray()) };

    private static async Task<IEnumerable<string>> RoutesAsync(GatewayHost gateway) =>
        Regex.Matches(await MetricsAsync(gateway), "^eventgateway_requests_total{.*route=\"(route/.*?)\"", RegexOptions.Multiline).Select(m => m.Groups[1].Value).Distinct().Order();

    private static async Task EventuallyAsync(GatewayHost gateway, string line) =>
        await Eventually.BecomesAsync(async () => (string?)await MetricsAsync(gateway), text => text.Contains(line, StringComparison.Ordinal), line, []);

    private static async Task<string> MetricsAsync(GatewayHost gateway) => await gateway.Client.GetStringAsync(new Uri($"http://127.0.0.1:{gateway.StatusPort}/metrics"));
}
