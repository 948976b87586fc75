using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Sources.Kubernetes.Watch;
using EventGateway.TestKit.Kubernetes;
using EventGateway.TestKit.Kubernetes.Faults;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Watch;

public sealed class ClusterSourceTests : IAsyncLifetime
{
    private KubernetesCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await KubernetesCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Changes_OfEachKind_ArriveLive()
    {
        var ns = await _cluster.CreateNamespaceAsync("shop");
        await _cluster.CreateApplicationAsync(ns);
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns));
        await watched.UntilAsync(w => w.Routes(ns) == $"Ingress {ns}/web" && Addresses(w, ns) == "10.0.0.1", "the application that was there");

        await _cluster.CreateApplicationAsync(ns, "api");
        await watched.UntilAsync(w => w.Routes(ns) == $"Ingress {ns}/api Ingress {ns}/web", "the one that came");

        var slice = await _cluster.Admin.DiscoveryV1.ReadNamespacedEndpointSliceAsync("web-1", ns, cancellationToken: Cancelled);
        slice.Endpoints[0].Addresses = ["10.0.0.9"];
        await _cluster.Admin.DiscoveryV1.ReplaceNamespacedEndpointSliceAsync(slice, "web-1", ns, cancellationToken: Cancelled);
        await watched.UntilAsync(w => Addresses(w, ns) == "10.0.0.1 10.0.0.9", "the new address");

        await _cluster.Admin.NetworkingV1.DeleteNamespacedIngressAsync("api", ns, cancellationToken: Cancelled);
        await watched.UntilAsync(w => w.Routes(ns) == $"Ingress {ns}/web", "the route of the deleted Ingress to go");
        Assert.Empty(watched.State!.LeftAlone);
        Assert.Empty(watched.Feeds.Waiting);
    }

    [Fact]
    public async Task Namespace_WithARoleAlone_Works()
    {
        var ns = await _cluster.CreateNamespaceAsync("shop");
        var user = await _cluster.CreateServiceAccountAsync(ns, "watcher");
        await _cluster.AllowAsync(ns, user, [.. ClusterObjects.Usual, ClusterObjects.Read("", "secrets")]);
        await _cluster.CreateApplicationAsync(ns);
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns), user);
        await watched.UntilAsync(w => w.Routes(ns) == $"Ingress {ns}/web" && w.Feeds.Waiting.Count == 0, "the application, read with a Role");
        Assert.Equal(1, watched.Log.Count("IngressClass is gone without"));
    }

    [Fact]
    public async Task Denied_RequiredKind_LeavesTheWorkspaceAloneAndNoOther()
    {
        var (open, closed) = (await _cluster.CreateNamespaceAsync("open"), await _cluster.CreateNamespaceAsync("closed"));
        var user = await _cluster.CreateServiceAccountAsync(open, "watcher");
        await _cluster.AllowAsync(open, user, [.. ClusterObjects.Usual, ClusterObjects.Read("", "secrets")]);
        await _cluster.AllowAsync(closed, user, ClusterObjects.Read("networking.k8s.io", "ingresses"), ClusterObjects.Read("", "services", "secrets"));
        await _cluster.CreateApplicationAsync(open);
        await _cluster.CreateApplicationAsync(closed);
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(open, closed), user);
        await watched.UntilAsync(w => w.Routes(open).Length > 0, "the namespace that may be read");
        Assert.Equal([closed], watched.State!.LeftAlone);
        Assert.False(watched.State.Workspaces.ContainsKey(closed));
        Assert.Contains(watched.Feeds.Waiting, r => r.StartsWith($"EndpointSlice in {closed} has not been listed yet: list EndpointSlice in {closed}: endpointslices.discovery.k8s.io is forbidden", StringComparison.Ordinal));

        await _cluster.AllowAsync(closed, user, ClusterObjects.Usual);
        await watched.UntilAsync(w => w.Routes(closed).Length > 0 && w.State!.LeftAlone.IsEmpty && w.Feeds.Waiting.Count == 0, "the other one, once it may be read");
    }

    [Fact]
    public async Task Secrets_OfNamedNamesOnly_AreReadByName()
    {
        var ns = await _cluster.CreateNamespaceAsync("shop");
        var user = await _cluster.CreateServiceAccountAsync(ns, "watcher");
        await _cluster.AllowAsync(ns, user, [.. ClusterObjects.Usual, new V1PolicyRule { ApiGroups = [""], Resources = ["secrets"], ResourceNames = ["mine"], Verbs = ["list", "watch"] }]);
        await _cluster.CreateTlsSecretAsync(ns, "mine");
        await _cluster.CreateTlsSecretAsync(ns, "other");
        await _cluster.CreateServiceAsync(ns);
        await _cluster.CreateIngressAsync(ns, "web", secret: "mine");
        await _cluster.CreateIngressAsync(ns, "next", "/next", secret: "other");
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns), user);
        await watched.UntilAsync(w => w.Entities(ns).ContainsKey(EntityKey.Certificate(ns, "mine")), "the certificate that may be read");
        Assert.False(watched.Entities(ns).ContainsKey(EntityKey.Certificate(ns, "other")));
        Assert.True(watched.State!.Workspaces[ns].IsUndecided!(new Certificate(EntityKey.Certificate(ns, "other")) { ServerNames = [], ChainPem = "", PrivateKey = new PlainSecret(Array.Empty<byte>()) }));
    }

    [Fact]
    public async Task Secret_NobodyNames_IsNotHeld_AndReadWhenItIsNamed()
    {
        var ns = await _cluster.CreateNamespaceAsync("shop");
        await _cluster.CreateTlsSecretAsync(ns, "later");
        await _cluster.CreateApplicationAsync(ns);
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns));
        await watched.UntilAsync(w => w.Routes(ns).Length > 0, "the application");
        await _cluster.CreateIngressAsync(ns, "secure", "/secure", secret: "later");
        await watched.UntilAsync(w => w.Entities(ns).ContainsKey(EntityKey.Certificate(ns, "later")), "the certificate, once it is named");
        await _cluster.Admin.NetworkingV1.DeleteNamespacedIngressAsync("secure", ns, cancellationToken: Cancelled);
        await watched.UntilAsync(w => !w.Entities(ns).ContainsKey(EntityKey.Certificate(ns, "later")), "the certificate to go");
    }

    [Fact]
    public async Task Secret_OfAnotherType_IsFollowedByName()
    {
        var ns = await _cluster.CreateNamespaceAsync("shop");
        await _cluster.CreateApplicationAsync(ns);
        await _cluster.CreateServiceAsync(ns, "safe", new() { ["konghq.com/protocol"] = "https", ["konghq.com/tls-verify"] = "true", ["konghq.com/ca-certificates-secrets"] = "ca" });
        await _cluster.CreateIngressAsync(ns, "safe", "/safe", service: "safe");
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns));
        await watched.UntilAsync(w => w.Routes(ns).Length > 0, "the application");
        await _cluster.Admin.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "ca" }, Data = new Dictionary<string, byte[]> { ["ca.crt"] = System.Text.Encoding.UTF8.GetBytes(TestCertificates.Get("ca-one").Chain) } },
            ns, cancellationToken: Cancelled);
        await watched.UntilAsync(w => w.Entities(ns).Values.Any(e => e.Entity is Backend { Tls.CaPem.Length: > 0 }), "the CA, once it is there");
    }

    [Fact]
    public async Task CustomKind_ThatComesLater_IsRead_AndUntilThenUndecided()
    {
        Assert.SkipWhen(_cluster.IsReal, "the kinds may be there already");
        var ns = await _cluster.CreateNamespaceAsync("shop");
        await _cluster.CreateApplicationAsync(ns);
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns));
        await watched.UntilAsync(w => w.Routes(ns).Length > 0, "the application without the kinds");
        var stream = new Route(EntityKey.Route(ns, "tcp", "0")) { Protocols = RouteProtocols.Tcp, Ports = [9000] };
        Assert.True(watched.State!.Workspaces[ns].IsUndecided!(stream));
        Assert.Empty(watched.Feeds.Waiting);
        Assert.Contains(watched.Feeds.Feeds.Single(f => f.Name == "TCPIngress").Problems, p => p.Contains("the cluster has no kind TCPIngress", StringComparison.Ordinal));

        await _cluster.InstallKongKindsAsync();
        await watched.UntilAsync(w => w.State!.Workspaces[ns].IsUndecided is null, "the kinds to be read");
        Assert.Empty(watched.Feeds.Feeds.Single(f => f.Name == "TCPIngress").Problems);
    }

    [Fact]
    public async Task Selector_NamespacesComeAndGo_Live()
    {
        var labels = new Dictionary<string, string> { ["team"] = "a" };
        var (mine, other) = (await _cluster.CreateNamespaceAsync("mine", labels), await _cluster.CreateNamespaceAsync("other"));
        await _cluster.CreateApplicationAsync(mine);
        await _cluster.CreateApplicationAsync(other);
        await using var watched = new WatchedCluster(_cluster, new ClusterSourceOptions { NamespaceSelector = "team=a" });
        await watched.UntilAsync(w => w.Routes(mine).Length > 0, "the namespace with the label");
        Assert.False(watched.State!.Workspaces.ContainsKey(other));

        await LabelAsync(other, "team", "a");
        await watched.UntilAsync(w => w.Routes(other).Length > 0, "the namespace that got the label");

        await LabelAsync(mine, "team", "b");
        await watched.UntilAsync(w => !w.State!.Workspaces.ContainsKey(mine) && !w.State.LeftAlone.Contains(mine), "the namespace that lost it to be no workspace");

        var third = await _cluster.CreateNamespaceAsync("third", new Dictionary<string, string> { ["team"] = "a", ["eventgateway.io/workspace"] = "renamed" });
        await _cluster.CreateApplicationAsync(third);
        await watched.UntilAsync(w => w.Routes("renamed") == $"Ingress {third}/web", "a new one, under the workspace's name that it asks for");
    }

    [Fact]
    public async Task AllNamespaces_OneSetOfStreams_ForAll()
    {
        Assert.SkipWhen(_cluster.IsReal, "other tests' namespaces would be read, too");
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            names.Add(await _cluster.CreateNamespaceAsync("n"));
            await _cluster.CreateApplicationAsync(names[i]);
        }

        await using var watched = new WatchedCluster(_cluster, new ClusterSourceOptions { AllNamespaces = true });
        await watched.UntilAsync(w => names.TrueForAll(n => w.Routes(n) == $"Ingress {n}/web"), "all namespaces");
        Assert.Equal(8, watched.Feeds.Feeds.Sum(f => f.Streams));
        Assert.Equal(names.Order(StringComparer.Ordinal), watched.State!.Workspaces.Keys.Order(StringComparer.Ordinal));
        await _cluster.Admin.CoreV1.DeleteNamespaceAsync(names[0], cancellationToken: Cancelled);
        await watched.UntilAsync(w => !w.State!.Workspaces.ContainsKey(names[0]) && !w.State.LeftAlone.Contains(names[0]), "the deleted namespace to be emptied");
    }

    [Fact]
    public async Task Token_Rotated_IsReadAnew()
    {
        Assert.SkipWhen(_cluster.IsReal, "a real server's tokens cannot be ended at will");
        var ns = await _cluster.CreateNamespaceAsync("shop");
        var user = await _cluster.CreateServiceAccountAsync(ns, "watcher");
        await _cluster.AllowAsync(ns, user, [.. ClusterObjects.Usual, ClusterObjects.Read("", "secrets")]);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, user.Token, Cancelled);
        try
        {
            await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns), kubeconfig: _cluster.WriteKubeConfig(user, file));
            await watched.UntilAsync(w => w.State is not null, "the first state");
            await File.WriteAllTextAsync(file, await _cluster.IssueTokenAsync(ns, "watcher"), Cancelled);
            _cluster.ApiDouble.Tokens.Expire(user.Token!);
            _cluster.ApiDouble.BreakConnections();
            await watched.UntilAsync(w => w.Feeds.Feeds.Sum(f => f.OpenStreams) >= 4, "the streams to be open again");
            using var admin = _cluster.CreateClient();
            await admin.CoreV1.CreateNamespacedServiceAsync(new V1Service { Metadata = new V1ObjectMeta { Name = "web" }, Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Port = 80 }] } }, ns, cancellationToken: Cancelled);
            await admin.NetworkingV1.CreateNamespacedIngressAsync(ClusterObjects.Ingress("web", "/", "a.test", "web", null, "kong", null), ns, cancellationToken: Cancelled);
            await watched.UntilAsync(w => w.Routes(ns).Length > 0, "changes, with the new token");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task ExecPlugin_GivesTheToken()
    {
        var ns = await _cluster.CreateNamespaceAsync("shop");
        var user = await _cluster.CreateServiceAccountAsync(ns, "watcher");
        await _cluster.AllowAsync(ns, user, [.. ClusterObjects.Usual, ClusterObjects.Read("", "secrets")]);
        await _cluster.CreateApplicationAsync(ns);
        using var folder = new TemporaryFolder();
        folder.Write("token.json", $$$"""{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"{{{user.Token}}}"}}""");
        var text = await File.ReadAllTextAsync(_cluster.WriteKubeConfig(user), Cancelled);
        folder.Write("kubeconfig", text.Replace($"token: {user.Token}", $"exec: {{apiVersion: client.authentication.k8s.io/v1, command: cat, args: ['{folder["token.json"]}']}}", StringComparison.Ordinal));
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns), kubeconfig: folder["kubeconfig"]);
        await watched.UntilAsync(w => w.Routes(ns).Length > 0, "the application, with a plugin's token");
    }

    [Fact]
    public async Task Server_Unreachable_SaysSoAndKeepsWhatIsKnown()
    {
        var ns = await _cluster.CreateNamespaceAsync("shop");
        await _cluster.CreateApplicationAsync(ns);
        await _cluster.ApiDouble.StopAsync();
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns));
        await watched.UntilAsync(w => w.Feeds.Waiting.Any(r => r.Contains("cannot be reached", StringComparison.Ordinal)), "the reason");
        Assert.Null(watched.State);
        await _cluster.ApiDouble.StartAsync();
        await watched.UntilAsync(w => w.Routes(ns).Length > 0, "the application, once the server is there");
        await _cluster.ApiDouble.StopAsync();
        await watched.UntilAsync(w => w.Feeds.Feeds.All(f => f.OpenStreams == 0), "the streams to end");
        Assert.NotEqual("", watched.Routes(ns));
    }

    [Fact]
    public async Task Throttled_WaitsAsLongAsItIsAsked()
    {
        var ns = await _cluster.CreateNamespaceAsync("shop");
        await _cluster.CreateApplicationAsync(ns);
        using var rule = _cluster.ApiDouble.Faults.Add(new FaultRule(FaultKind.Status) { Code = 429, RetryAfterSeconds = 600, Matches = r => r.Resource == "ingresses" });
        var quick = WatchedCluster.Quick with { LongestRetryAfter = TimeSpan.FromSeconds(2) };
        await using var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns), timing: quick);
        await watched.UntilAsync(w => w.Feeds.Feeds.Any(f => f.Name == "Ingress" && f.Errors.GetValueOrDefault("throttled") >= 2), "two refusals");
        Assert.InRange(_cluster.ApiDouble.Requests.Count("list", "ingresses"), 2, 3);
        _cluster.ApiDouble.Faults.Clear();
        await watched.UntilAsync(w => w.Routes(ns).Length > 0, "the application");
    }

    private static string Addresses(WatchedCluster watched, string ns) =>
        string.Join(' ', watched.Entities(ns).Values.Select(e => e.Entity).OfType<Endpoints>().SelectMany(e => e.Addresses).Select(a => a.Address).Order(StringComparer.Ordinal));

    private async Task LabelAsync(string ns, string label, string value) => await _cluster.Admin.CoreV1.PatchNamespaceAsync(
        new V1Patch(new { metadata = new { labels = new Dictionary<string, string> { [label] = value } } }, V1Patch.PatchType.MergePatch), ns, cancellationToken: Cancelled);
}
