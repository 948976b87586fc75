using System.Net;
using System.Security.Cryptography;
using EventGateway.TestKit.Kubernetes.Server;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Xunit;

namespace EventGateway.TestKit.Kubernetes;

/// <summary>
/// A cluster's API server to test against: the one that <see cref="Variable"/> names, or the double. Each test takes namespaces of its own,
/// which are deleted at the end; on a real server nothing may be relied on that controllers do: no EndpointSlices come by themselves, and a
/// deleted namespace may stay Terminating.
/// </summary>
public abstract class KubernetesCluster : IAsyncDisposable
{
    /// <summary>The environment variable with the path of a kubeconfig whose user may do everything.</summary>
    public const string Variable = "EVENTGATEWAY_TEST_KUBECONFIG";

    private const string SuffixLetters = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 8;

    private readonly List<string> _namespaces = [];
    private readonly List<string> _files = [];
    private k8s.Kubernetes? _admin;

    public abstract bool IsReal { get; }

    public abstract Uri Address { get; }

    /// <summary>PEM of who signed the server's certificate. Null: nobody needs to know.</summary>
    public abstract string? AuthorityPem { get; }

    /// <summary>A client that may do everything.</summary>
    public k8s.Kubernetes Admin => _admin ??= CreateClient();

    /// <summary>The double itself: faults, compaction, the log of requests. A test that asks for it is skipped on a real server.</summary>
    public abstract ApiServer ApiDouble { get; }

    /// <summary>The given real server, or else a new double.</summary>
    /// <param name="options">Of the double.</param>
    public static async Task<KubernetesCluster> StartAsync(ApiServerOptions? options = null) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? new RealCluster(path) : await DoubleCluster.StartAsync(options);

    /// <summary>Configuration of a client.</summary>
    /// <param name="user">Null: one who may do everything.</param>
    public KubernetesClientConfiguration Configure(ClusterUser? user = null) => KubernetesClientConfiguration.BuildConfigFromConfigFile(WriteKubeConfig(user));

    /// <param name="user">Null: one who may do everything.</param>
    public k8s.Kubernetes CreateClient(ClusterUser? user = null) => new(Configure(user));

    /// <summary>Writes a kubeconfig, which is deleted with the cluster, and gives its path.</summary>
    /// <param name="user">Null: one who may do everything.</param>
    /// <param name="tokenFile">A file with the token, which the kubeconfig then names. Null: the token stands in the kubeconfig.</param>
    public virtual string WriteKubeConfig(ClusterUser? user = null, string? tokenFile = null)
    {
        var path = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Path.GetRandomFileName()}");
        File.WriteAllText(path, KubeConfigText.Of(Address, AuthorityPem, user ?? AdminUser, tokenFile));
        lock (_files)
        {
            _files.Add(path);
        }

        return path;
    }

    /// <summary>A new namespace with a name nobody has; deleted with the cluster.</summary>
    public async Task<string> CreateNamespaceAsync(string prefix = "test", IDictionary<string, string>? labels = null)
    {
        var name = $"{prefix}-{RandomNumberGenerator.GetString(SuffixLetters, SuffixLength)}";
        await Admin.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = name, Labels = labels } }, cancellationToken: TestContext.Current.CancellationToken);
        lock (_namespaces)
        {
            _namespaces.Add(name);
        }

        return name;
    }

    /// <summary>A new service account and a token of it. It may do nothing until roles are bound to it.</summary>
    public async Task<ClusterUser> CreateServiceAccountAsync(string ns, string name)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await Admin.CoreV1.CreateNamespacedServiceAccountAsync(new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = name } }, ns, cancellationToken: cancellation);
        return new ClusterUser($"system:serviceaccount:{ns}:{name}") { Token = await IssueTokenAsync(ns, name) };
    }

    /// <summary>Another token of a service account.</summary>
    public async Task<string> IssueTokenAsync(string ns, string name)
    {
        var request = new Authenticationv1TokenRequest { Spec = new V1TokenRequestSpec { Audiences = [], ExpirationSeconds = 3600 } };
        return (await Admin.CoreV1.CreateNamespacedServiceAccountTokenAsync(request, name, ns, cancellationToken: TestContext.Current.CancellationToken)).Status.Token;
    }

    /// <summary>Makes the server know Kong's kinds. On a real server they stay: other tests may be using them.</summary>
    public async Task InstallKongKindsAsync()
    {
        foreach (var definition in KongKinds.Definitions())
        {
            await InstallAsync(definition);
        }
    }

    /// <summary>Makes the server know a kind, and waits until it serves it.</summary>
    public async Task InstallAsync(V1CustomResourceDefinition definition)
    {
        var cancellation = TestContext.Current.CancellationToken;
        try
        {
            await Admin.ApiextensionsV1.CreateCustomResourceDefinitionAsync(definition, cancellationToken: cancellation);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Conflict)
        {
            // Another test was first.
        }

        await Processes.Eventually.HoldsAsync(
            async () => (await Admin.ApiextensionsV1.ReadCustomResourceDefinitionAsync(definition.Metadata.Name, cancellationToken: cancellation))
                .Status?.Conditions?.Any(c => c is { Type: "Established", Status: "True" }) == true,
            $"{definition.Metadata.Name} to be served", []);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (IsReal)
        {
            await DeleteNamespacesAsync();
        }

        _admin?.Dispose();
        foreach (var file in _files)
        {
            File.Delete(file);
        }
    }

    /// <summary>Who may do everything.</summary>
    protected abstract ClusterUser AdminUser { get; }

    private async Task DeleteNamespacesAsync()
    {
        foreach (var name in _namespaces)
        {
            try
            {
                await Admin.CoreV1.DeleteNamespaceAsync(name);
            }
            catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // The test deleted it itself.
            }
        }
    }
}
