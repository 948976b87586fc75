using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventGateway.TestKit.Kafka;
using EventGateway.Tests.Processes;
using EventGateway.Tests.Tracing;

namespace EventGateway.Tests.Observability;

/// <summary>
/// A gateway process with all that can be switched on, after traffic, failures, handshakes and changes, and where there is a Kafka a watcher and a
/// proxy on it; started once for the tests of a class.
/// </summary>
public sealed class RunningGateway(SharedKafka kafka) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly GatewayClient _client = new();
    private TraceCollector _collector = null!;
    private TestUpstream _upstream = null!;
    private GatewayProcess _gateway = null!;

    /// <summary>What /metrics said.</summary>
    internal string Text { get; private set; } = "";

    /// <summary>Of all the processes.</summary>
    internal ImmutableSortedDictionary<string, MetricFamily> Families { get; private set; } = ImmutableSortedDictionary<string, MetricFamily>.Empty;

    /// <summary>Whether a watcher and a proxy on Kafka were asked too.</summary>
    internal bool WithKafka { get; private set; }

    public async ValueTask InitializeAsync()
    {
        (_collector, _upstream) = (await TraceCollector.StartAsync(), await TestUpstream.StartAsync());
        Write("/cart");
        _gateway = GatewayProcess.Start([
            "standalone", "--manifests", _folder.File("manifests"), "--data", _folder.File("data"), "--metrics-per-route", "--access-log", _folder.File("access.log"),
            "--otlp-endpoint", _collector.GrpcAddress.ToString(), "--trace-sample-ratio", "1", "--http-port", "0", "--https-port", "0", "--status-port", "0", "--bind", "127.0.0.1",
        ]);
        var addresses = await _gateway.AddressesAsync();
        await _client.UntilAsync(addresses[2], "/readyz", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(addresses[0], "/cart", "shop.test")).Status);
        Assert.Equal(HttpStatusCode.BadGateway, (await _client.GetAsync(addresses[0], "/", "dead.test")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(addresses[0], "/", "nobody.test")).Status);
        await HandshakeAsync(addresses[1]);
        Write("/basket");
        await _client.UntilAsync(addresses[0], "/basket", HttpStatusCode.OK, "shop.test");
        await _collector.SpanAsync(s => s.Kind == ReceivedSpan.Consumer && s.Attributes["eventgateway.changes.changed"] == "1", _gateway);
        Text = await GatewayProcess.EventuallyAsync(
            () => _client.GetAsync(addresses[2], "/metrics").GetAwaiter().GetResult().Body is { } text && text.Contains("result=\"ok\"} 1\n", StringComparison.Ordinal) ? text : null,
            () => "no handshake was counted");
        Families = MetricExposition.Parse(Text);
        if (await kafka.FindBootstrapServersAsync() is { } servers)
        {
            WithKafka = true;
            Families = (await AskOnKafkaAsync(servers)).Aggregate(Families, Merge);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _collector.DisposeAsync();
        await _upstream.DisposeAsync();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<IReadOnlyList<string>> AskOnKafkaAsync(string servers)
    {
        string[] common = ["--kafka", servers, "--prefix", $"metrics-{Guid.NewGuid():N}", "--bind", "127.0.0.1", "--status-port", "0"];
        await using var proxy = GatewayProcess.Start(["proxy", .. common, "--http-port", "0", "--https-port", "0", "--data", _folder.File("proxy")]);
        await using var watcher = GatewayProcess.Start(["watcher", .. common, "--origin", "cluster-a", "--manifests", _folder.File("manifests"), "--create-topics"]);
        var (reader, writer) = ((await proxy.AddressesAsync())[2], (await watcher.AddressesAsync())[0]);
        return
        [
            await _client.UntilAsync(reader, "/metrics", text => text.Contains("eventgateway_last_known_good_commit{", StringComparison.Ordinal)),
            await _client.UntilAsync(writer, "/metrics", text => text.Contains("eventgateway_change_to_all_proxies_seconds_count{", StringComparison.Ordinal)),
        ];
    }

    private static ImmutableSortedDictionary<string, MetricFamily> Merge(ImmutableSortedDictionary<string, MetricFamily> families, string text) =>
        families.SetItems(MetricExposition.Parse(text).Where(f => families.GetValueOrDefault(f.Key)?.Labels is null));

    private void Write(string path)
    {
        Directory.CreateDirectory(_folder.File("manifests"));
        var shop = TestManifests.Of("shop", "shop.test", path, _upstream.Port).Replace("spec:\n  rules:", "spec:\n  tls: [{hosts: [shop.test], secretName: tls}]\n  rules:", StringComparison.Ordinal);
        _folder.Write("manifests/shop.yaml", $"{shop}\n---\n{Secret()}");
        _folder.Write("manifests/dead.yaml", TestManifests.Of("dead", "dead.test", "/", ClosedPort));
    }

    private static int ClosedPort { get; } = FindClosedPort();

    private static string? _secret;

    private static string Secret()
    {
        if (_secret is null)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest("CN=shop.test", key, HashAlgorithmName.SHA256)
                .CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
            _secret = $$"""
                apiVersion: v1
                kind: Secret
                type: kubernetes.io/tls
                metadata: {name: tls, namespace: shop}
                data:
                  tls.crt: {{Base64(certificate.ExportCertificatePem())}}
                  tls.key: {{Base64(key.ExportPkcs8PrivateKeyPem())}}
                """;
        }

        return _secret;
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static async Task HandshakeAsync(Uri https)
    {
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } };
        using var client = new HttpClient(handler);
        using var answer = await client.GetAsync(https);
    }

    private static int FindClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
