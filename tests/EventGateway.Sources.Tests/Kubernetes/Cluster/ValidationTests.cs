using System.Net;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

public sealed class ValidationTests : ClusterTests
{
    [Theory]
    [InlineData("""{"rules":[{"http":{"paths":[{"path":"/","backend":{"service":{"name":"s","port":{"number":1}}}}]}}]}""", "spec.rules[0].http.paths[0].pathType")]
    [InlineData("""{"rules":[{"http":{"paths":[{"path":"x","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":1}}}}]}}]}""", "spec.rules[0].http.paths[0].path")]
    [InlineData("""{"rules":[{"http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s"}}}]}}]}""", "spec.rules[0].http.paths[0].backend")]
    [InlineData("""{"rules":[{"host":"Not A Host"}]}""", "spec.rules[0].host")]
    [InlineData("""{}""", "spec")]
    public async Task Ingress_ThatIsWrong_NamesTheField(string spec, string field)
    {
        var ingress = new V1Ingress { Metadata = new V1ObjectMeta { Name = "a" }, Spec = KubernetesJson.Deserialize<V1IngressSpec>(spec) };
        var status = await FailsAsync(HttpStatusCode.UnprocessableEntity, () => CreateAsync(ingress));
        Assert.Equal("Invalid", status.Reason);
        Assert.Contains(status.Details.Causes, c => c.Field.StartsWith(field, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Service_Defaults_AreFilledIn()
    {
        var service = new V1Service { Metadata = new V1ObjectMeta { Name = "a" }, Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Port = 80 }] } };
        var created = await Client.CoreV1.CreateNamespacedServiceAsync(service, Namespace, cancellationToken: Cancellation);
        Assert.Equal(("ClusterIP", "TCP", "80"), (created.Spec.Type, created.Spec.Ports[0].Protocol, created.Spec.Ports[0].TargetPort.ToString()));
        Assert.False(string.IsNullOrEmpty(created.Spec.ClusterIP));
    }

    [Fact]
    public async Task Lease_HeldAndReplacedStale_Conflict()
    {
        var lease = new V1Lease { Metadata = new V1ObjectMeta { Name = "a" }, Spec = new V1LeaseSpec { HolderIdentity = "one", LeaseDurationSeconds = 8, RenewTime = new DateTime(2026, 1, 1, 12, 0, 0, 123, DateTimeKind.Utc) } };
        var first = await Client.CoordinationV1.CreateNamespacedLeaseAsync(lease, Namespace, cancellationToken: Cancellation);
        Assert.Equal(lease.Spec.RenewTime, first.Spec.RenewTime);
        first.Spec.HolderIdentity = "two";
        await Client.CoordinationV1.ReplaceNamespacedLeaseAsync(first, "a", Namespace, cancellationToken: Cancellation);
        first.Spec.HolderIdentity = "three";
        await FailsAsync(HttpStatusCode.Conflict, () => Client.CoordinationV1.ReplaceNamespacedLeaseAsync(first, "a", Namespace, cancellationToken: Cancellation));
        first.Metadata.ResourceVersion = null;
        await FailsAsync(HttpStatusCode.UnprocessableEntity, () => Client.CoordinationV1.ReplaceNamespacedLeaseAsync(first, "a", Namespace, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Slice_AddressOfAnotherType_Invalid()
    {
        var slice = new V1EndpointSlice { Metadata = new V1ObjectMeta { Name = "a" }, AddressType = "IPv4", Endpoints = [new V1Endpoint { Addresses = ["fd00::1"] }] };
        var status = await FailsAsync(HttpStatusCode.UnprocessableEntity, () => Client.DiscoveryV1.CreateNamespacedEndpointSliceAsync(slice, Namespace, cancellationToken: Cancellation));
        Assert.Contains(status.Details.Causes, c => c.Field.StartsWith("endpoints[0].addresses", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Event_ThroughEitherGroup_IsTheSameObject()
    {
        var created = await CreateAsync(Ingress("a"));
        var note = new Eventsv1Event
        {
            Metadata = new V1ObjectMeta { Name = "e" }, EventTime = new DateTime(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc), ReportingController = "eventgateway.io/watcher", ReportingInstance = "one", Action = "Translate",
            Reason = "Refused", Type = "Warning", Note = "because", Regarding = new V1ObjectReference { ApiVersion = "networking.k8s.io/v1", Kind = "Ingress", Name = "a", NamespaceProperty = Namespace, Uid = created.Metadata.Uid },
        };
        await Client.EventsV1.CreateNamespacedEventAsync(note, Namespace, cancellationToken: Cancellation);
        var core = Assert.Single((await Client.CoreV1.ListNamespacedEventAsync(Namespace, fieldSelector: $"involvedObject.uid={created.Metadata.Uid},reason=Refused", cancellationToken: Cancellation)).Items);
        Assert.Equal(("because", "a", "eventgateway.io/watcher"), (core.Message, core.InvolvedObject.Name, core.ReportingComponent));
        Assert.Equal("because", Assert.Single((await Client.EventsV1.ListNamespacedEventAsync(Namespace, fieldSelector: "regarding.name=a", cancellationToken: Cancellation)).Items).Note);

        note.Metadata.Name = "unfinished";
        note.ReportingInstance = null;
        await FailsAsync(HttpStatusCode.UnprocessableEntity, () => Client.EventsV1.CreateNamespacedEventAsync(note, Namespace, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Create_UnknownField_WarnsOrIsRefused()
    {
        const string Body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"dta":{"x":"y"}}""";
        using var client = ApiHttp.Open(Cluster);
        using var strict = new StringContent(Body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var refused = await client.PostAsync(new Uri($"/api/v1/namespaces/{Namespace}/configmaps?fieldValidation=Strict", UriKind.Relative), strict, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("unknown field \\\"dta\\\"", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var lenient = new StringContent(Body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var warned = await client.PostAsync(new Uri($"/api/v1/namespaces/{Namespace}/configmaps?fieldValidation=Warn", UriKind.Relative), lenient, Cancellation);
        Assert.Equal(HttpStatusCode.Created, warned.StatusCode);
        Assert.Contains("dta", string.Join(' ', warned.Headers.GetValues("Warning")), StringComparison.Ordinal);
    }
}
