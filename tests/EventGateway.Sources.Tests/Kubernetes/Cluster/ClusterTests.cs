using System.Net;
using EventGateway.TestKit.Kubernetes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

/// <summary>
/// What is expected of an API server. Runs against the double, and against a real server where one is given, so that the double is kept
/// to what real ones do.
/// </summary>
public abstract class ClusterTests : IAsyncLifetime
{
    private KubernetesCluster? _cluster;

    protected KubernetesCluster Cluster => _cluster!;

    protected k8s.Kubernetes Client => Cluster.Admin;

    /// <summary>The test's own namespace.</summary>
    protected string Namespace { get; private set; } = "";

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await KubernetesCluster.StartAsync();
        Namespace = await Cluster.CreateNamespaceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    /// <summary>The Status a call fails with.</summary>
    protected static async Task<V1Status> FailsAsync(HttpStatusCode code, Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<HttpOperationException>(call);
        Assert.True(e.Response.StatusCode == code, $"expected {code}, got {e.Response.StatusCode}: {e.Response.Content}");
        return KubernetesJson.Deserialize<V1Status>(e.Response.Content);
    }

    protected static V1ConfigMap ConfigMap(string name, string value = "one", IDictionary<string, string>? labels = null) =>
        new() { Metadata = new V1ObjectMeta { Name = name, Labels = labels }, Data = new Dictionary<string, string> { ["key"] = value } };

    protected static V1Ingress Ingress(string name, string service = "cart") => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1IngressSpec
        {
            Rules =
            [
                new V1IngressRule
                {
                    Host = "shop.test",
                    Http = new V1HTTPIngressRuleValue
                    {
                        Paths =
                        [
                            new V1HTTPIngressPath
                            {
                                Path = "/", PathType = "Prefix",
                                Backend = new V1IngressBackend { Service = new V1IngressServiceBackend { Name = service, Port = new V1ServiceBackendPort { Number = 80 } } },
                            },
                        ],
                    },
                },
            ],
        },
    };

    protected Task<V1ConfigMap> CreateAsync(V1ConfigMap map) => Client.CoreV1.CreateNamespacedConfigMapAsync(map, Namespace, cancellationToken: Cancellation);

    protected Task<V1Ingress> CreateAsync(V1Ingress ingress) => Client.NetworkingV1.CreateNamespacedIngressAsync(ingress, Namespace, cancellationToken: Cancellation);
}
