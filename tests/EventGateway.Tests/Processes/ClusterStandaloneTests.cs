using System.Net;
using EventGateway.TestKit.Kubernetes;
using k8s;
using k8s.Models;

namespace EventGateway.Tests.Processes;

/// <summary>The built executable with a cluster instead of manifests.</summary>
public sealed class ClusterStandaloneTests : IAsyncLifetime
{
    private static readonly string[] Watched =
    [
        "eventgateway_watch_delay_seconds ", "eventgateway_watch_events_total{kind=\"Ingress\",change=\"added\"} ", "eventgateway_watch_lists_total{kind=\"Ingress\"} 1",
        "eventgateway_watch_problems{kind=\"Ingress\"} 0", "eventgateway_watch_problems{kind=\"TCPIngress\"} 1", "eventgateway_watch_silence_seconds{kind=\"Ingress\"} ",
        "eventgateway_watch_streams{kind=\"Ingress\"} 1", "eventgateway_watch_streams_connected{kind=\"Ingress\"} 1", "eventgateway_watch_errors_total{kind=\"TCPIngress\",reason=\"missing\"} ",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly GatewayClient _client = new();
    private KubernetesCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await KubernetesCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _folder.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Standalone_OfANamespace_ServesItsIngressesLive()
    {
        Assert.SkipWhen(_cluster.IsReal, "the cluster may have Kong's kinds");
        await using var upstream = await TestUpstream.StartAsync();
        var ns = await _cluster.CreateNamespaceAsync("shop");
        await _cluster.Admin.CoreV1.CreateNamespacedServiceAsync(
            new V1Service { Metadata = new V1ObjectMeta { Name = "web" }, Spec = new V1ServiceSpec { Type = "ExternalName", ExternalName = "localhost", Ports = [new V1ServicePort { Port = upstream.Port }] } },
            ns, cancellationToken: Cancelled);
        await CreateIngressAsync(ns, "one", "/one", upstream.Port);
        await using var gateway = GatewayProcess.Start(
        [
            "standalone", "--namespace", ns, "--kubeconfig", _cluster.WriteKubeConfig(), "--data", _folder.File("data"),
            "--http-port", "0", "--https-port", "0", "--status-port", "0", "--bind", "127.0.0.1",
        ]);
        var addresses = await gateway.AddressesAsync();
        var (http, status) = (addresses[0], addresses[2]);
        await _client.UntilAsync(status, "/readyz", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(http, "/one", "shop.test")).Status);

        await CreateIngressAsync(ns, "two", "/two", upstream.Port);
        await _client.UntilAsync(http, "/two", HttpStatusCode.OK, "shop.test");

        var document = await _client.GetJsonAsync(status, "/status");
        var kind = document.GetProperty("source").EnumerateArray().Single(k => k.GetProperty("kind").GetString() == "TCPIngress");
        Assert.Contains("the cluster has no kind TCPIngress", kind.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        var metrics = (await _client.GetAsync(status, "/metrics", "")).Body;
        Assert.All(Watched, series => Assert.Contains(series, metrics, StringComparison.Ordinal));
    }

    private async Task CreateIngressAsync(string ns, string name, string path, int port) => await _cluster.Admin.NetworkingV1.CreateNamespacedIngressAsync(
        new V1Ingress
        {
            Metadata = new V1ObjectMeta { Name = name },
            Spec = new V1IngressSpec
            {
                IngressClassName = "kong",
                Rules =
                [
                    new V1IngressRule
                    {
                        Host = "shop.test",
                        Http = new V1HTTPIngressRuleValue
                        {
                            Paths = [new V1HTTPIngressPath { Path = path, PathType = "Prefix", Backend = new V1IngressBackend { Service = new V1IngressServiceBackend { Name = "web", Port = new V1ServiceBackendPort { Number = port } } } }],
                        },
                    },
                ],
            },
        },
        ns, cancellationToken: Cancelled);
}
