using System.Net;
using EventGateway.TestKit.Processes;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

public sealed class ListTests : ClusterTests
{
    [Fact]
    public async Task List_InPages_IsOneStateOfAffairs()
    {
        for (var i = 0; i < 5; i++)
        {
            await CreateAsync(ConfigMap($"m-{i}"));
        }

        var first = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, limit: 2, cancellationToken: Cancellation);
        Assert.Equal(["m-0", "m-1"], first.Items.Select(i => i.Metadata.Name));
        Assert.Equal(3, first.Metadata.RemainingItemCount);
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("m-3", Namespace, cancellationToken: Cancellation);
        await CreateAsync(ConfigMap("m-9"));
        var second = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, limit: 2, continueParameter: first.Metadata.ContinueProperty, cancellationToken: Cancellation);
        var third = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, limit: 2, continueParameter: second.Metadata.ContinueProperty, cancellationToken: Cancellation);
        Assert.Equal(["m-2", "m-3", "m-4"], second.Items.Concat(third.Items).Select(i => i.Metadata.Name));
        Assert.True(string.IsNullOrEmpty(third.Metadata.ContinueProperty));
        Assert.Equal([first.Metadata.ResourceVersion], new[] { second, third }.Select(l => l.Metadata.ResourceVersion).Distinct());
    }

    [Fact]
    public async Task List_RevisionZeroWithLimit_ComesWhole()
    {
        await CreateAsync(ConfigMap("a"));
        await CreateAsync(ConfigMap("b"));
        // A list of revision 0 may be behind; what is written has to be in the cache first.
        await Eventually.HoldsAsync(async () => (await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, resourceVersion: "0", limit: 1, cancellationToken: Cancellation)).Items.Count >= 2, "both maps in one list", []);
    }

    [Theory]
    [InlineData("team=x", "a")]
    [InlineData("team==x", "a")]
    [InlineData("team!=x", "b,c,d")]
    [InlineData("team in (x, y)", "a,b")]
    [InlineData("team notin (x)", "b,c,d")]
    [InlineData("team", "a,b,d")]
    [InlineData("!team", "c")]
    [InlineData("team in (x,y),tier=1", "b")]
    [InlineData("weight>5", "d")]
    [InlineData("weight<50,team=", "d")]
    [InlineData("team=z", "")]
    public async Task List_LabelSelector_PicksWhatMatches(string selector, string names)
    {
        await CreateAsync(ConfigMap("a", labels: new Dictionary<string, string> { ["team"] = "x" }));
        await CreateAsync(ConfigMap("b", labels: new Dictionary<string, string> { ["team"] = "y", ["tier"] = "1" }));
        await CreateAsync(ConfigMap("c"));
        await CreateAsync(ConfigMap("d", labels: new Dictionary<string, string> { ["team"] = "", ["weight"] = "10" }));
        // Controllers put a map of their own into each namespace.
        var list = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, labelSelector: selector, fieldSelector: "metadata.name!=kube-root-ca.crt", cancellationToken: Cancellation);
        Assert.Equal(names, string.Join(',', list.Items.Select(i => i.Metadata.Name)));
    }

    [Fact]
    public async Task List_SecretsByType_PicksThose()
    {
        await Client.CoreV1.CreateNamespacedSecretAsync(new V1Secret { Metadata = new V1ObjectMeta { Name = "plain" }, StringData = new Dictionary<string, string> { ["k"] = "v" } }, Namespace, cancellationToken: Cancellation);
        await Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "login" }, Type = "kubernetes.io/basic-auth", StringData = new Dictionary<string, string> { ["username"] = "me" } }, Namespace, cancellationToken: Cancellation);
        var opaque = await Client.CoreV1.ListNamespacedSecretAsync(Namespace, fieldSelector: "type=Opaque", cancellationToken: Cancellation);
        var secret = Assert.Single(opaque.Items);
        Assert.Equal(("plain", "v"), (secret.Metadata.Name, System.Text.Encoding.UTF8.GetString(secret.Data["k"])));
        Assert.Null(secret.StringData);
    }

    [Fact]
    public async Task List_FieldNobodyCanSelectBy_BadRequest() =>
        Assert.Equal("BadRequest", (await FailsAsync(HttpStatusCode.BadRequest, () => Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, fieldSelector: "data.key=x", cancellationToken: Cancellation))).Reason);

    [Fact]
    public async Task List_ContinueThatIsNone_BadRequest() =>
        await FailsAsync(HttpStatusCode.BadRequest, () => Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, limit: 1, continueParameter: "nonsense", cancellationToken: Cancellation));

    [Fact]
    public async Task List_MatchWithoutRevision_Invalid() =>
        await FailsAsync(HttpStatusCode.UnprocessableEntity, () => Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, resourceVersionMatch: "Exact", cancellationToken: Cancellation));

    [Fact]
    public async Task List_ExactRevision_ShowsWhatWasThen()
    {
        var created = await CreateAsync(ConfigMap("a"));
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation);
        var list = await Client.CoreV1.ListNamespacedConfigMapAsync(
            Namespace, resourceVersion: created.Metadata.ResourceVersion, resourceVersionMatch: "Exact", fieldSelector: "metadata.name=a", cancellationToken: Cancellation);
        Assert.Equal("a", Assert.Single(list.Items).Metadata.Name);
        Assert.Equal(created.Metadata.ResourceVersion, list.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task List_BuiltInKind_ItemsSayNoKind()
    {
        await CreateAsync(Ingress("a"));
        using var client = ApiHttp.Open(Cluster);
        var text = await client.GetStringAsync(new Uri($"/apis/networking.k8s.io/v1/namespaces/{Namespace}/ingresses", UriKind.Relative), Cancellation);
        var list = System.Text.Json.Nodes.JsonNode.Parse(text)!;
        Assert.Equal("IngressList", list["kind"]!.ToString());
        Assert.Null(list["items"]![0]!["kind"]);
        Assert.Equal("a", list["items"]![0]!["metadata"]!["name"]!.ToString());
    }

    [Fact]
    public async Task List_AllNamespaces_HoldsThoseOfEach()
    {
        var other = await Cluster.CreateNamespaceAsync();
        await CreateAsync(Ingress("a"));
        await Client.NetworkingV1.CreateNamespacedIngressAsync(Ingress("a"), other, cancellationToken: Cancellation);
        var all = await Client.NetworkingV1.ListIngressForAllNamespacesAsync(cancellationToken: Cancellation);
        Assert.Equal(new[] { Namespace, other }.Order(StringComparer.Ordinal), all.Items.Select(i => i.Metadata.NamespaceProperty).Where(n => n == Namespace || n == other).Order(StringComparer.Ordinal));
    }
}
