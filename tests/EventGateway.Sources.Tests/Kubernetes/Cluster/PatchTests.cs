using System.Net;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

public sealed class PatchTests : ClusterTests
{
    [Fact]
    public async Task MergePatch_Annotations_ChangesThemAlone()
    {
        await CreateAsync(Ingress("a"));
        await PatchAsync("""{"metadata":{"annotations":{"one":"1","two":"2"}}}""", V1Patch.PatchType.MergePatch);
        var patched = await PatchAsync("""{"metadata":{"annotations":{"one":null,"two":"3"}}}""", V1Patch.PatchType.MergePatch);
        Assert.Equal([new("two", "3")], patched.Metadata.Annotations);
        Assert.Equal(1, patched.Metadata.Generation);
        Assert.Equal("shop.test", patched.Spec.Rules[0].Host);
    }

    [Fact]
    public async Task MergePatch_WithStaleRevision_Conflict()
    {
        var created = await CreateAsync(Ingress("a"));
        await PatchAsync("""{"metadata":{"annotations":{"one":"1"}}}""", V1Patch.PatchType.MergePatch);
        var patch = $$$$"""{"metadata":{"resourceVersion":"{{{{created.Metadata.ResourceVersion}}}}","annotations":{"one":"2"}}}""";
        await FailsAsync(HttpStatusCode.Conflict, () => PatchAsync(patch, V1Patch.PatchType.MergePatch));
    }

    [Fact]
    public async Task MergePatch_OfStatus_LeavesTheSpec()
    {
        await CreateAsync(Ingress("a"));
        var patch = new V1Patch("""{"spec":{"rules":null},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.7"}]}}}""", V1Patch.PatchType.MergePatch);
        var patched = await Client.NetworkingV1.PatchNamespacedIngressStatusAsync(patch, "a", Namespace, cancellationToken: Cancellation);
        Assert.Equal(("192.0.2.7", "shop.test"), (patched.Status.LoadBalancer.Ingress[0].Ip, patched.Spec.Rules[0].Host));
    }

    [Fact]
    public async Task StrategicMerge_Ports_AreMergedByNumber()
    {
        var service = new V1Service { Metadata = new V1ObjectMeta { Name = "a" }, Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Name = "http", Port = 80 }, new V1ServicePort { Name = "admin", Port = 81 }] } };
        await Client.CoreV1.CreateNamespacedServiceAsync(service, Namespace, cancellationToken: Cancellation);
        var patch = new V1Patch("""{"spec":{"ports":[{"port":81,"name":"renamed"},{"port":82,"name":"new"}]}}""", V1Patch.PatchType.StrategicMergePatch);
        var patched = await Client.CoreV1.PatchNamespacedServiceAsync(patch, "a", Namespace, cancellationToken: Cancellation);
        Assert.Equal(["80 http", "81 renamed", "82 new"], patched.Spec.Ports.Select(p => $"{p.Port} {p.Name}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task JsonPatch_EachOperation_IsDone()
    {
        await CreateAsync(Ingress("a"));
        var patched = await PatchAsync(
            """
            [{"op":"test","path":"/spec/rules/0/host","value":"shop.test"},
             {"op":"add","path":"/metadata/annotations","value":{"a~b/c":"1"}},
             {"op":"replace","path":"/spec/rules/0/host","value":"other.test"},
             {"op":"add","path":"/spec/rules/0/http/paths/-","value":{"path":"/x","pathType":"Exact","backend":{"service":{"name":"s","port":{"number":1}}}}},
             {"op":"replace","path":"/metadata/annotations/a~0b~1c","value":"2"}]
            """,
            V1Patch.PatchType.JsonPatch);
        Assert.Equal(("other.test", 2, "2"), (patched.Spec.Rules[0].Host, patched.Spec.Rules[0].Http.Paths.Count, patched.Metadata.Annotations["a~b/c"]));
        Assert.Equal(2, patched.Metadata.Generation);
    }

    [Fact]
    public async Task JsonPatch_TestThatFails_ChangesNothing()
    {
        var created = await CreateAsync(Ingress("a"));
        await FailsAsync(HttpStatusCode.UnprocessableEntity, () => PatchAsync("""[{"op":"remove","path":"/spec/rules"},{"op":"test","path":"/metadata/name","value":"b"}]""", V1Patch.PatchType.JsonPatch));
        Assert.Equal(created.Metadata.ResourceVersion, (await Client.NetworkingV1.ReadNamespacedIngressAsync("a", Namespace, cancellationToken: Cancellation)).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Patch_NotThere_NotFound() =>
        await FailsAsync(HttpStatusCode.NotFound, () => PatchAsync("{}", V1Patch.PatchType.MergePatch));

    [Fact]
    public async Task Apply_NotThere_CreatesAndRemembersWhoSetWhat()
    {
        var applied = await ApplyAsync("one", """{"metadata":{"annotations":{"a":"1"}},"spec":{"defaultBackend":{"service":{"name":"cart","port":{"number":80}}}}}""");
        var entry = Assert.Single(applied.Metadata.ManagedFields);
        Assert.Equal(("one", "Apply", "networking.k8s.io/v1"), (entry.Manager, entry.Operation, entry.ApiVersion));
        Assert.Contains("f:annotations", KubernetesJson.Serialize(entry.FieldsV1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_TheSameAgain_ChangesNothing()
    {
        const string Body = """{"spec":{"defaultBackend":{"service":{"name":"cart","port":{"number":80}}}}}""";
        var first = await ApplyAsync("one", Body);
        Assert.Equal(first.Metadata.ResourceVersion, (await ApplyAsync("one", Body)).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Apply_WhatAnotherSetOtherwise_ConflictsUnlessForced()
    {
        await ApplyAsync("one", """{"metadata":{"annotations":{"a":"1","b":"1"}},"spec":{"defaultBackend":{"service":{"name":"cart","port":{"number":80}}}}}""");
        var status = await FailsAsync(HttpStatusCode.Conflict, () => ApplyAsync("two", """{"metadata":{"annotations":{"a":"2"}}}"""));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"one\": .metadata.annotations.a", status.Message);
        Assert.Equal(("FieldManagerConflict", ".metadata.annotations.a"), (Assert.Single(status.Details.Causes).Reason, status.Details.Causes[0].Field));

        var forced = await ApplyAsync("two", """{"metadata":{"annotations":{"a":"2"}}}""", force: true);
        Assert.Equal("2", forced.Metadata.Annotations["a"]);
        // It is two's now: one no longer takes it away by leaving it out.
        var left = await ApplyAsync("one", """{"spec":{"defaultBackend":{"service":{"name":"cart","port":{"number":80}}}}}""");
        Assert.Equal([new("a", "2")], left.Metadata.Annotations);
    }

    [Fact]
    public async Task Apply_WhatAnUpdateSet_NamesItsManager()
    {
        await Client.NetworkingV1.CreateNamespacedIngressAsync(Ingress("a"), Namespace, fieldManager: "creator", cancellationToken: Cancellation);
        var status = await FailsAsync(HttpStatusCode.Conflict, () => ApplyAsync("two", """{"spec":{"rules":[{"host":"mine.test"}]}}"""));
        Assert.StartsWith("Apply failed with 1 conflict: conflict with \"creator\" using networking.k8s.io/v1", status.Message, StringComparison.Ordinal);
        Assert.EndsWith(": .spec.rules", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_FieldLeftOut_IsRemoved()
    {
        await ApplyAsync("one", """{"metadata":{"annotations":{"a":"1","b":"1"}},"spec":{"defaultBackend":{"service":{"name":"cart","port":{"number":80}}}}}""");
        await PatchAsync("""{"metadata":{"annotations":{"c":"3"}}}""", V1Patch.PatchType.MergePatch);
        var applied = await ApplyAsync("one", """{"metadata":{"annotations":{"a":"1"}},"spec":{"defaultBackend":{"service":{"name":"cart","port":{"number":80}}}}}""");
        Assert.Equal(["a", "c"], applied.Metadata.Annotations.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Apply_WithoutManager_Refused()
    {
        using var client = ApiHttp.Open(Cluster);
        using var content = new StringContent("""{"apiVersion":"v1","kind":"ConfigMap"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/apply-patch+yaml"));
        using var response = await client.PatchAsync(new Uri($"/api/v1/namespaces/{Namespace}/configmaps/a", UriKind.Relative), content, Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
    }

    [Fact]
    public async Task Apply_Status_IsOwnedApart()
    {
        await ApplyAsync("one", """{"spec":{"defaultBackend":{"service":{"name":"cart","port":{"number":80}}}}}""");
        var body = new V1Patch("""{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.9"}]}}}""", V1Patch.PatchType.ApplyPatch);
        var applied = await Client.NetworkingV1.PatchNamespacedIngressStatusAsync(body, "a", Namespace, fieldManager: "one", cancellationToken: Cancellation);
        Assert.Equal("192.0.2.9", applied.Status.LoadBalancer.Ingress[0].Ip);
        Assert.Contains(applied.Metadata.ManagedFields, m => m is { Manager: "one", Subresource: "status" });
        Assert.Equal("cart", applied.Spec.DefaultBackend.Service.Name);
    }

    private Task<V1Ingress> PatchAsync(string patch, V1Patch.PatchType type) => Client.NetworkingV1.PatchNamespacedIngressAsync(new V1Patch(patch, type), "a", Namespace, cancellationToken: Cancellation);

    private Task<V1Ingress> ApplyAsync(string manager, string fields, bool force = false)
    {
        var body = $$"""{"apiVersion":"networking.k8s.io/v1","kind":"Ingress",{{fields[1..]}}""";
        return Client.NetworkingV1.PatchNamespacedIngressAsync(new V1Patch(body, V1Patch.PatchType.ApplyPatch), "a", Namespace, fieldManager: manager, force: force, cancellationToken: Cancellation);
    }
}
