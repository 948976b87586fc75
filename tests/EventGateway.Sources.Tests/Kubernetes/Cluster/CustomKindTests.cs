using System.Net;
using EventGateway.TestKit.Kubernetes;
using k8s;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

public sealed class CustomKindTests : ClusterTests
{
    [Fact]
    public async Task Kind_WhileDefined_IsServedAndThenIsNot()
    {
        var group = $"{Namespace}.eventgateway.test";
        var path = new Uri($"/apis/{group}/v1/namespaces/{Namespace}/things", UriKind.Relative);
        using var http = ApiHttp.Open(Cluster);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(path, Cancellation)).StatusCode);
        // No Status: a kind that is not there is a page that is not there.
        var missing = await Assert.ThrowsAsync<k8s.Autorest.HttpOperationException>(() => Client.CustomObjects.ListNamespacedCustomObjectAsync(group, "v1", Namespace, "things", cancellationToken: Cancellation));
        Assert.Equal((HttpStatusCode.NotFound, "404 page not found\n"), (missing.Response.StatusCode, missing.Response.Content));

        await Cluster.InstallAsync(KongKinds.Define(group, "v1", "Thing", "things"));
        var thing = new Dictionary<string, object>
        {
            ["apiVersion"] = $"{group}/v1", ["kind"] = "Thing", ["metadata"] = new { name = "a" }, ["spec"] = new { any = new[] { 1, 2 } }, ["status"] = new { ignored = true },
        };
        await Client.CustomObjects.CreateNamespacedCustomObjectAsync(thing, group, "v1", Namespace, "things", cancellationToken: Cancellation);
        var text = await http.GetStringAsync(path, Cancellation);
        Assert.Contains("\"kind\":\"ThingList\"", text, StringComparison.Ordinal);
        Assert.Contains("\"any\":[1,2]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ignored", text, StringComparison.Ordinal);
        // Items of custom kinds say what they are, unlike those of built-in ones.
        Assert.Contains("\"kind\":\"Thing\"", text, StringComparison.Ordinal);

        await Client.ApiextensionsV1.DeleteCustomResourceDefinitionAsync($"things.{group}", cancellationToken: Cancellation);
        await TestKit.Processes.Eventually.HoldsAsync(async () => (await http.GetAsync(path, Cancellation)).StatusCode == HttpStatusCode.NotFound, "the kind to be gone", []);
    }

    [Fact]
    public async Task Discovery_OfAGroup_NamesItsKinds()
    {
        await Cluster.InstallKongKindsAsync();
        await TestKit.Processes.Eventually.HoldsAsync(
            async () => (await Client.CustomObjects.GetAPIResourcesAsync("configuration.konghq.com", "v1beta1", cancellationToken: Cancellation)).Resources
                .Select(r => r.Name).ToHashSet().IsSupersetOf(["tcpingresses", "tcpingresses/status", "kongupstreampolicies"]),
            "Kong's kinds in discovery", []);
        var networking = await Client.NetworkingV1.GetAPIResourcesAsync(Cancellation);
        Assert.Contains(networking.Resources, r => r is { Name: "ingresses", Kind: "Ingress", Namespaced: true });
        Assert.Contains(networking.Resources, r => r is { Name: "ingressclasses", Namespaced: false });
        Assert.StartsWith("v1.", (await Client.Version.GetCodeAsync(Cancellation)).GitVersion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReplaceCustom_WithoutRevision_Invalid()
    {
        await Cluster.InstallKongKindsAsync();
        Dictionary<string, object> Policy(string value) => new() { ["apiVersion"] = "configuration.konghq.com/v1beta1", ["kind"] = "KongUpstreamPolicy", ["metadata"] = new { name = "a" }, ["spec"] = new { algorithm = value } };
        await Client.CustomObjects.CreateNamespacedCustomObjectAsync(Policy("round-robin"), "configuration.konghq.com", "v1beta1", Namespace, "kongupstreampolicies", cancellationToken: Cancellation);
        var status = await FailsAsync(HttpStatusCode.UnprocessableEntity, () =>
            Client.CustomObjects.ReplaceNamespacedCustomObjectAsync(Policy("latency"), "configuration.konghq.com", "v1beta1", Namespace, "kongupstreampolicies", "a", cancellationToken: Cancellation));
        Assert.Contains("metadata.resourceVersion: Invalid value: 0x0: must be specified for an update", status.Message, StringComparison.Ordinal);
    }
}
