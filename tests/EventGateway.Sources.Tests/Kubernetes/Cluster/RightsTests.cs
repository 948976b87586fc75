using System.Net;
using EventGateway.TestKit.Kubernetes;
using EventGateway.TestKit.Processes;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

public sealed class RightsTests : ClusterTests
{
    [Fact]
    public async Task Request_WithUnknownToken_Unauthorized()
    {
        using var client = Cluster.CreateClient(new ClusterUser("nobody") { Token = "not-a-token" });
        var status = await FailsAsync(HttpStatusCode.Unauthorized, () => client.CoreV1.ListNamespacedConfigMapAsync(Namespace, cancellationToken: Cancellation));
        Assert.Equal("Unauthorized", status.Reason);
    }

    [Fact]
    public async Task List_WithoutRight_ForbiddenInTheServersWords()
    {
        var user = await Cluster.CreateServiceAccountAsync(Namespace, "watcher");
        using var client = Cluster.CreateClient(user);
        var here = await FailsAsync(HttpStatusCode.Forbidden, () => client.NetworkingV1.ListNamespacedIngressAsync(Namespace, cancellationToken: Cancellation));
        Assert.StartsWith(
            $"ingresses.networking.k8s.io is forbidden: User \"system:serviceaccount:{Namespace}:watcher\" cannot list resource \"ingresses\" in API group \"networking.k8s.io\" in the namespace \"{Namespace}\"",
            here.Message, StringComparison.Ordinal);
        var everywhere = await FailsAsync(HttpStatusCode.Forbidden, () => client.CoreV1.ListSecretForAllNamespacesAsync(cancellationToken: Cancellation));
        Assert.StartsWith(
            $"secrets is forbidden: User \"system:serviceaccount:{Namespace}:watcher\" cannot list resource \"secrets\" in API group \"\" at the cluster scope", everywhere.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Role_BoundToAServiceAccount_AllowsWhatItSaysAndNoMore()
    {
        var user = await AllowAsync("watcher", new V1PolicyRule { ApiGroups = [""], Resources = ["configmaps"], Verbs = ["get", "list", "watch"] });
        using var client = Cluster.CreateClient(user);
        await CreateAsync(ConfigMap("a"));
        Assert.Contains((await client.CoreV1.ListNamespacedConfigMapAsync(Namespace, cancellationToken: Cancellation)).Items, i => i.Metadata.Name == "a");
        await FailsAsync(HttpStatusCode.Forbidden, () => client.CoreV1.DeleteNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation));
        await FailsAsync(HttpStatusCode.Forbidden, () => client.CoreV1.ListConfigMapForAllNamespacesAsync(cancellationToken: Cancellation));
        await FailsAsync(HttpStatusCode.Forbidden, () => client.CoreV1.ListNamespacedSecretAsync(Namespace, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Role_WithResourceNames_AllowsAWatchOfThatOneByField()
    {
        var user = await AllowAsync("reader", new V1PolicyRule { ApiGroups = [""], Resources = ["secrets"], ResourceNames = ["tls"], Verbs = ["get", "list", "watch"] });
        using var client = Cluster.CreateClient(user);
        Assert.Empty((await client.CoreV1.ListNamespacedSecretAsync(Namespace, fieldSelector: "metadata.name=tls", cancellationToken: Cancellation)).Items);
        await FailsAsync(HttpStatusCode.NotFound, () => client.CoreV1.ReadNamespacedSecretAsync("tls", Namespace, cancellationToken: Cancellation));
        await FailsAsync(HttpStatusCode.Forbidden, () => client.CoreV1.ReadNamespacedSecretAsync("other", Namespace, cancellationToken: Cancellation));
        await FailsAsync(HttpStatusCode.Forbidden, () => client.CoreV1.ListNamespacedSecretAsync(Namespace, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Role_ForStatusOnly_DoesNotAllowTheRest()
    {
        var user = await AllowAsync("writer", new V1PolicyRule { ApiGroups = ["networking.k8s.io"], Resources = ["ingresses/status"], Verbs = ["patch"] });
        using var client = Cluster.CreateClient(user);
        await CreateAsync(Ingress("a"));
        var patch = new V1Patch("""{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.7"}]}}}""", V1Patch.PatchType.MergePatch);
        Assert.Equal("192.0.2.7", (await client.NetworkingV1.PatchNamespacedIngressStatusAsync(patch, "a", Namespace, cancellationToken: Cancellation)).Status.LoadBalancer.Ingress[0].Ip);
        await FailsAsync(HttpStatusCode.Forbidden, () => client.NetworkingV1.PatchNamespacedIngressAsync(patch, "a", Namespace, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Role_ForTheNamespaceItself_AllowsToReadIt()
    {
        var user = await AllowAsync("watcher", new V1PolicyRule { ApiGroups = [""], Resources = ["namespaces"], Verbs = ["get"] });
        using var client = Cluster.CreateClient(user);
        Assert.Equal(Namespace, (await client.CoreV1.ReadNamespaceAsync(Namespace, cancellationToken: Cancellation)).Metadata.Name);
        await FailsAsync(HttpStatusCode.Forbidden, () => client.CoreV1.ListNamespaceAsync(cancellationToken: Cancellation));
    }

    [Fact]
    public async Task AccessReview_OfOneself_TellsWhatIsAllowed()
    {
        var user = await AllowAsync("watcher", new V1PolicyRule { ApiGroups = [""], Resources = ["configmaps"], Verbs = ["list"] });
        using var client = Cluster.CreateClient(user);
        Assert.True(await IsAllowedAsync(client, new V1ResourceAttributes { Verb = "list", Resource = "configmaps", NamespaceProperty = Namespace }));
        Assert.False(await IsAllowedAsync(client, new V1ResourceAttributes { Verb = "delete", Resource = "configmaps", NamespaceProperty = Namespace }));
    }

    [Fact]
    public async Task List_KindThatIsNotThereWithoutRight_Forbidden()
    {
        var user = await Cluster.CreateServiceAccountAsync(Namespace, "watcher");
        using var http = ApiHttp.Open(Cluster, user);
        using var response = await http.GetAsync(new Uri("/apis/no.such.group/v1/things", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        using var all = ApiHttp.Open(Cluster);
        using var missing = await all.GetAsync(new Uri("/apis/no.such.group/v1/things", UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.NotFound, "404 page not found"), (missing.StatusCode, (await missing.Content.ReadAsStringAsync(Cancellation)).Trim()));
    }

    private static async Task<bool> IsAllowedAsync(k8s.Kubernetes client, V1ResourceAttributes attributes)
    {
        var review = new V1SelfSubjectAccessReview { Spec = new V1SelfSubjectAccessReviewSpec { ResourceAttributes = attributes } };
        return (await client.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(review, cancellationToken: Cancellation)).Status.Allowed;
    }

    private async Task<ClusterUser> AllowAsync(string name, V1PolicyRule rule)
    {
        var user = await Cluster.CreateServiceAccountAsync(Namespace, name);
        await Client.RbacAuthorizationV1.CreateNamespacedRoleAsync(new V1Role { Metadata = new V1ObjectMeta { Name = name }, Rules = [rule] }, Namespace, cancellationToken: Cancellation);
        var binding = new V1RoleBinding
        {
            Metadata = new V1ObjectMeta { Name = name },
            RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = name },
            Subjects = [new Rbacv1Subject { Kind = "ServiceAccount", Name = name, NamespaceProperty = Namespace }],
        };
        await Client.RbacAuthorizationV1.CreateNamespacedRoleBindingAsync(binding, Namespace, cancellationToken: Cancellation);
        using var client = Cluster.CreateClient(user);
        var (resource, subresource) = rule.Resources[0].Split('/') is [var whole, var part] ? (whole, part) : (rule.Resources[0], null);
        var attributes = new V1ResourceAttributes
        {
            Verb = rule.Verbs[0], Group = rule.ApiGroups[0], Resource = resource, Subresource = subresource, NamespaceProperty = Namespace, Name = rule.ResourceNames?[0],
        };
        // A real server learns of roles a moment later.
        await Eventually.HoldsAsync(() => IsAllowedAsync(client, attributes), $"{name} to be allowed", []);
        return user;
    }
}
