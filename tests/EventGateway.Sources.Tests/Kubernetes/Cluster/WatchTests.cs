using System.Globalization;
using System.Net;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

public sealed class WatchTests : ClusterTests
{
    private string Maps => $"/api/v1/namespaces/{Namespace}/configmaps";

    [Fact]
    public async Task Watch_FromAListsRevision_TellsEachChangeOnce()
    {
        await CreateAsync(ConfigMap("before"));
        var list = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, cancellationToken: Cancellation);
        await CreateAsync(ConfigMap("a"));
        await using var watch = await OpenAsync($"{Maps}?watch=1&resourceVersion={list.Metadata.ResourceVersion}");
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", "two"), "a", Namespace, cancellationToken: Cancellation);
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation);
        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a"], await watch.ReadNamesAsync(3));
    }

    [Fact]
    public async Task Watch_Deleted_CarriesTheRevisionOfTheDeletion()
    {
        var created = await CreateAsync(ConfigMap("a"));
        await using var watch = await OpenAsync($"{Maps}?watch=1&resourceVersion={created.Metadata.ResourceVersion}");
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation);
        var (type, o) = await watch.ReadAsync();
        Assert.Equal("DELETED", type);
        Assert.True(long.Parse(o["metadata"]!["resourceVersion"]!.ToString(), CultureInfo.InvariantCulture) > long.Parse(created.Metadata.ResourceVersion, CultureInfo.InvariantCulture));
        Assert.Equal(("v1", "ConfigMap"), (o["apiVersion"]!.ToString(), o["kind"]!.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    public async Task Watch_FromNowhere_BeginsWithWhatIsThere(string from)
    {
        await CreateAsync(ConfigMap("a"));
        await CreateAsync(ConfigMap("b"));
        await using var watch = await OpenAsync($"{Maps}?watch=1{from}");
        Assert.Equal(["ADDED a", "ADDED b"], (await watch.ReadNamesAsync(2)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Watch_ObjectEntersAndLeavesTheSelector_IsAddedAndDeleted()
    {
        var mine = new Dictionary<string, string> { ["team"] = "x" };
        var created = await CreateAsync(ConfigMap("a"));
        await using var watch = await OpenAsync($"{Maps}?watch=1&resourceVersion={created.Metadata.ResourceVersion}&labelSelector=team%3Dx");
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", "one", mine), "a", Namespace, cancellationToken: Cancellation);
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", "two", mine), "a", Namespace, cancellationToken: Cancellation);
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", "three"), "a", Namespace, cancellationToken: Cancellation);
        Assert.Equal(["ADDED a", "MODIFIED a"], await watch.ReadNamesAsync(2));
        var (type, o) = await watch.ReadAsync();
        Assert.Equal(("DELETED", "two"), (type, o["data"]!["key"]!.ToString()));
    }

    [Fact]
    public async Task Watch_SendInitialEvents_MarksTheirEnd()
    {
        await CreateAsync(ConfigMap("a"));
        await using var watch = await OpenAsync($"{Maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal(["ADDED a"], await watch.ReadNamesAsync(1));
        var (type, o) = await watch.ReadAsync(bookmarks: true);
        Assert.Equal("BOOKMARK", type);
        Assert.Equal("true", o["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString());
        await using var next = await OpenAsync($"{Maps}?watch=1&resourceVersion={o["metadata"]!["resourceVersion"]}");
        await CreateAsync(ConfigMap("b"));
        Assert.Equal(["ADDED b"], await next.ReadNamesAsync(1));
    }

    [Fact]
    public async Task Watch_SendInitialEventsWithoutMatch_Invalid()
    {
        using var client = ApiHttp.Open(Cluster);
        using var response = await client.GetAsync(new Uri($"{Maps}?watch=1&sendInitialEvents=true", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
    }

    [Fact]
    public async Task Watch_TimeoutSeconds_EndsInOrder()
    {
        await using var watch = await OpenAsync($"{Maps}?watch=1&resourceVersion={(await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, cancellationToken: Cancellation)).Metadata.ResourceVersion}&timeoutSeconds=1");
        Assert.Null(await watch.ReadLineAsync());
    }

    [Fact]
    public async Task Watch_RevisionTooOld_Tells410()
    {
        await using var watch = await OpenAsync($"{Maps}?watch=1&resourceVersion=1");
        var (type, o) = await watch.ReadAsync();
        Assert.Equal(("ERROR", "410", "Expired"), (type, o["code"]!.ToString(), o["reason"]!.ToString()));
        Assert.StartsWith("too old resource version: 1 (", o["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Null(await watch.ReadLineAsync());
    }

    [Fact]
    public async Task Watch_OneObjectByField_TellsOfNoOther()
    {
        var created = await CreateAsync(ConfigMap("a"));
        await using var watch = await OpenAsync($"{Maps}?watch=1&resourceVersion={created.Metadata.ResourceVersion}&fieldSelector=metadata.name%3Db");
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", "two"), "a", Namespace, cancellationToken: Cancellation);
        await CreateAsync(ConfigMap("b"));
        Assert.Equal(["ADDED b"], await watch.ReadNamesAsync(1));
    }

    [Fact]
    public async Task Watch_ThroughTheClient_ReadsTypedEvents()
    {
        await CreateAsync(Ingress("a"));
        await foreach (var (type, ingress) in Client.NetworkingV1.WatchListNamespacedIngressAsync(Namespace, cancellationToken: Cancellation))
        {
            Assert.Equal((WatchEventType.Added, "a", "shop.test"), (type, ingress.Metadata.Name, ingress.Spec.Rules[0].Host));
            break;
        }
    }

    private async Task<WatchLines> OpenAsync(string path) => await WatchLines.OpenAsync(ApiHttp.Open(Cluster), path);
}
