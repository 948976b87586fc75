using System.Net;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

public sealed class ObjectLifeTests : ClusterTests
{
    [Fact]
    public async Task Create_NewObject_FillsInWhatTheServerOwns()
    {
        var created = await CreateAsync(Ingress("a"));
        Assert.Equal(Namespace, created.Metadata.NamespaceProperty);
        Assert.True(Guid.TryParse(created.Metadata.Uid, out _));
        Assert.NotNull(created.Metadata.CreationTimestamp);
        Assert.Equal(1, created.Metadata.Generation);
        Assert.True(long.Parse(created.Metadata.ResourceVersion, System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Equal(created.Metadata.ResourceVersion, (await Client.NetworkingV1.ReadNamespacedIngressAsync("a", Namespace, cancellationToken: Cancellation)).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Create_GenerateName_MakesAName()
    {
        var created = await CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { GenerateName = "made-" } });
        Assert.Matches("^made-[a-z0-9]{5}$", created.Metadata.Name);
    }

    [Fact]
    public async Task Create_NameTaken_AlreadyExists()
    {
        await CreateAsync(Ingress("a"));
        var status = await FailsAsync(HttpStatusCode.Conflict, () => CreateAsync(Ingress("a")));
        Assert.Equal("AlreadyExists", status.Reason);
        Assert.Equal("ingresses.networking.k8s.io \"a\" already exists", status.Message);
        Assert.Equal(("a", "networking.k8s.io", "ingresses"), (status.Details.Name, status.Details.Group, status.Details.Kind));
    }

    [Fact]
    public async Task Create_NoSuchNamespace_NotFound()
    {
        var status = await FailsAsync(HttpStatusCode.NotFound, () => Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a"), Namespace + "-not", cancellationToken: Cancellation));
        Assert.Equal($"namespaces \"{Namespace}-not\" not found", status.Message);
    }

    [Fact]
    public async Task Create_BadName_Invalid()
    {
        var status = await FailsAsync(HttpStatusCode.UnprocessableEntity, () => CreateAsync(Ingress("Not_A_Name")));
        Assert.Equal("Invalid", status.Reason);
        Assert.StartsWith("Ingress.networking.k8s.io \"Not_A_Name\" is invalid: metadata.name: Invalid value: \"Not_A_Name\": a lowercase RFC 1123 subdomain must consist of", status.Message, StringComparison.Ordinal);
        Assert.Equal("metadata.name", Assert.Single(status.Details.Causes).Field);
    }

    [Fact]
    public async Task Read_NotThere_NotFound()
    {
        var status = await FailsAsync(HttpStatusCode.NotFound, () => Client.CoreV1.ReadNamespacedSecretAsync("none", Namespace, cancellationToken: Cancellation));
        Assert.Equal(("NotFound", "secrets \"none\" not found", "Failure", 404), (status.Reason, status.Message, status.Status, status.Code));
    }

    [Fact]
    public async Task Replace_StaleResourceVersion_Conflict()
    {
        var first = await CreateAsync(ConfigMap("a"));
        first.Data["key"] = "two";
        var second = await Client.CoreV1.ReplaceNamespacedConfigMapAsync(first, "a", Namespace, cancellationToken: Cancellation);
        Assert.NotEqual(first.Metadata.ResourceVersion, second.Metadata.ResourceVersion);
        first.Data["key"] = "three";
        var status = await FailsAsync(HttpStatusCode.Conflict, () => Client.CoreV1.ReplaceNamespacedConfigMapAsync(first, "a", Namespace, cancellationToken: Cancellation));
        Assert.Equal("Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again", status.Message);
    }

    [Fact]
    public async Task Replace_NothingChanged_KeepsTheResourceVersion()
    {
        var created = await CreateAsync(ConfigMap("a"));
        var replaced = await Client.CoreV1.ReplaceNamespacedConfigMapAsync(created, "a", Namespace, cancellationToken: Cancellation);
        Assert.Equal(created.Metadata.ResourceVersion, replaced.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Replace_SpecOrLabels_GenerationCountsTheSpecOnly()
    {
        var ingress = await CreateAsync(Ingress("a"));
        ingress.Metadata.Labels = new Dictionary<string, string> { ["team"] = "x" };
        ingress = await Client.NetworkingV1.ReplaceNamespacedIngressAsync(ingress, "a", Namespace, cancellationToken: Cancellation);
        Assert.Equal(1, ingress.Metadata.Generation);
        ingress.Spec.Rules[0].Host = "other.test";
        ingress = await Client.NetworkingV1.ReplaceNamespacedIngressAsync(ingress, "a", Namespace, cancellationToken: Cancellation);
        Assert.Equal(2, ingress.Metadata.Generation);
    }

    [Fact]
    public async Task ReplaceStatus_OfAnIngress_ChangesTheStatusAlone()
    {
        var ingress = await CreateAsync(Ingress("a"));
        ingress.Status = new V1IngressStatus { LoadBalancer = new V1IngressLoadBalancerStatus { Ingress = [new V1IngressLoadBalancerIngress { Ip = "192.0.2.1" }] } };
        ingress.Spec.Rules[0].Host = "ignored.test";
        var replaced = await Client.NetworkingV1.ReplaceNamespacedIngressStatusAsync(ingress, "a", Namespace, cancellationToken: Cancellation);
        Assert.Equal("192.0.2.1", replaced.Status.LoadBalancer.Ingress[0].Ip);
        Assert.Equal("shop.test", replaced.Spec.Rules[0].Host);
        Assert.Equal(1, replaced.Metadata.Generation);

        replaced.Status = new V1IngressStatus();
        replaced.Metadata.Annotations = new Dictionary<string, string> { ["a"] = "b" };
        var again = await Client.NetworkingV1.ReplaceNamespacedIngressAsync(replaced, "a", Namespace, cancellationToken: Cancellation);
        Assert.Equal("192.0.2.1", again.Status.LoadBalancer.Ingress[0].Ip);
    }

    [Fact]
    public async Task Delete_WithOtherUid_Conflict()
    {
        await CreateAsync(ConfigMap("a"));
        var options = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = "00000000-0000-0000-0000-000000000000" } };
        await FailsAsync(HttpStatusCode.Conflict, () => Client.CoreV1.DeleteNamespacedConfigMapAsync("a", Namespace, options, cancellationToken: Cancellation));
        var status = await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation);
        Assert.Equal("Success", status.Status);
        await FailsAsync(HttpStatusCode.NotFound, () => Client.CoreV1.DeleteNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Delete_WithFinalizer_WaitsForItsEnd()
    {
        var map = ConfigMap("a");
        map.Metadata.Finalizers = ["test.eventgateway.io/hold"];
        await CreateAsync(map);
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation);
        var held = await Client.CoreV1.ReadNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation);
        Assert.NotNull(held.Metadata.DeletionTimestamp);
        held.Metadata.Finalizers = null;
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(held, "a", Namespace, cancellationToken: Cancellation);
        await FailsAsync(HttpStatusCode.NotFound, () => Client.CoreV1.ReadNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Namespace_New_IsActiveAndLabelledWithItsName()
    {
        var ns = await Client.CoreV1.ReadNamespaceAsync(Namespace, cancellationToken: Cancellation);
        Assert.Equal("Active", ns.Status.Phase);
        Assert.Equal(Namespace, ns.Metadata.Labels["kubernetes.io/metadata.name"]);
        Assert.Equal(["kubernetes"], ns.Spec.Finalizers);
    }

    [Fact]
    public async Task Create_InADyingNamespace_Forbidden()
    {
        var dying = await Cluster.CreateNamespaceAsync("dying");
        var map = ConfigMap("held");
        map.Metadata.Finalizers = ["test.eventgateway.io/hold"];
        await Client.CoreV1.CreateNamespacedConfigMapAsync(map, dying, cancellationToken: Cancellation);
        await Client.CoreV1.DeleteNamespaceAsync(dying, cancellationToken: Cancellation);
        var status = await FailsAsync(HttpStatusCode.Forbidden, () => Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("late"), dying, cancellationToken: Cancellation));
        Assert.Equal($"configmaps \"late\" is forbidden: unable to create new content in namespace {dying} because it is being terminated", status.Message);
        Assert.Equal("NamespaceTerminating", Assert.Single(status.Details.Causes).Reason);
        Assert.Equal("Terminating", (await Client.CoreV1.ReadNamespaceAsync(dying, cancellationToken: Cancellation)).Status.Phase);
        await Client.CoreV1.PatchNamespacedConfigMapAsync(new V1Patch("{\"metadata\":{\"finalizers\":null}}", V1Patch.PatchType.MergePatch), "held", dying, cancellationToken: Cancellation);
    }
}
