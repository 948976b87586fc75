using System.Net;
using EventGateway.TestKit.Kubernetes.Faults;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Processes;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

/// <summary>What the double can be made to do; skipped on a real server, which cannot.</summary>
public sealed class FaultTests : ClusterTests
{
    private string Maps => $"/api/v1/namespaces/{Namespace}/configmaps";

    private ApiServer Server => Cluster.ApiDouble;

    [Fact]
    public async Task Status_ForSomeTimes_IsAnsweredThatOften()
    {
        using var rule = Server.Faults.Add(new FaultRule(FaultKind.Status) { Matches = r => r is { Verb: "list", Resource: "configmaps" }, Code = 429, RetryAfterSeconds = 7, Skip = 1, Times = 1 });
        using var client = ApiHttp.Open(Cluster);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(Maps, UriKind.Relative), Cancellation)).StatusCode);
        using var response = await client.GetAsync(new Uri(Maps, UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7)), (response.StatusCode, response.Headers.RetryAfter!.Delta));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(Maps, UriKind.Relative), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task LoseAnswer_OfACreate_LeavesTheObject()
    {
        using var rule = Server.Faults.Add(new FaultRule(FaultKind.LoseAnswer) { Matches = r => r.Verb == "create", Times = 1 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CreateAsync(ConfigMap("a")));
        Assert.Equal("a", (await Client.CoreV1.ReadNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation)).Metadata.Name);
    }

    [Fact]
    public async Task Drop_OfACreate_LeavesNothing()
    {
        using var rule = Server.Faults.Add(new FaultRule(FaultKind.Drop) { Matches = r => r.Verb == "create", Times = 1 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CreateAsync(ConfigMap("a")));
        await FailsAsync(HttpStatusCode.NotFound, () => Client.CoreV1.ReadNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData(FaultKind.WatchDuplicate, "ADDED a,ADDED a,ADDED b")]
    [InlineData(FaultKind.WatchLate, "ADDED a,ADDED b")]
    [InlineData(FaultKind.WatchSwap, "ADDED b,ADDED a")]
    public async Task WatchFault_OnTheFirstEvent_ShowsInTheStream(FaultKind kind, string expected)
    {
        await using var watch = await WatchAsync(new FaultRule(kind) { Times = 1, Delay = TimeSpan.FromSeconds(5) });
        await CreateAsync(ConfigMap("a"));
        await CreateAsync(ConfigMap("b"));
        Assert.Equal(expected, string.Join(',', await watch.ReadNamesAsync(expected.Split(',').Length)));
    }

    [Fact]
    public async Task WatchDrop_BreaksTheConnection()
    {
        await using var watch = await WatchAsync(new FaultRule(FaultKind.WatchDrop));
        await CreateAsync(ConfigMap("a"));
        await Assert.ThrowsAnyAsync<IOException>(watch.ReadLineAsync);
    }

    [Fact]
    public async Task WatchGone_TellsAndEnds()
    {
        await using var watch = await WatchAsync(new FaultRule(FaultKind.WatchGone));
        await CreateAsync(ConfigMap("a"));
        var (type, o) = await watch.ReadAsync();
        Assert.Equal(("ERROR", "410"), (type, o["code"]!.ToString()));
        Assert.Null(await watch.ReadLineAsync());
    }

    [Fact]
    public async Task WatchGarbage_IsALineOfNoJson()
    {
        await using var watch = await WatchAsync(new FaultRule(FaultKind.WatchGarbage) { Times = 1 });
        await CreateAsync(ConfigMap("a"));
        var line = await watch.ReadLineAsync();
        Assert.NotNull(line);
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => System.Text.Json.Nodes.JsonNode.Parse(line));
        Assert.Equal(["ADDED a"], await watch.ReadNamesAsync(1));
    }

    [Fact]
    public async Task Partition_OfOneUser_SilencesItAlone()
    {
        var token = await Cluster.CreateServiceAccountAsync(Namespace, "cut-off");
        var (cut, open) = (ApiHttp.Open(Cluster, token), ApiHttp.Open(Cluster));
        var partition = Server.Faults.Partition(r => r.User.Name == token.Name);
        var answer = cut.GetAsync(new Uri("/api", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await open.GetAsync(new Uri("/api", UriKind.Relative), Cancellation)).StatusCode);
        await Eventually.HoldsAsync(() => Task.FromResult(Server.Requests.Count(r => r.User.Name == token.Name) == 1), "the request to be there", []);
        Assert.False(answer.IsCompleted);
        partition.Dispose();
        Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
    }

    [Fact]
    public async Task Stop_AndStart_RefusesAndComesBackWithAllItHeld()
    {
        await CreateAsync(ConfigMap("a"));
        await using var watch = await WatchAsync(null);
        await Server.StopAsync();
        await Assert.ThrowsAnyAsync<IOException>(watch.ReadLineAsync);
        var refused = await Assert.ThrowsAnyAsync<HttpRequestException>(() => Client.CoreV1.ReadNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation));
        Assert.Equal(HttpRequestError.ConnectionError, refused.HttpRequestError);
        await Server.StartAsync();
        Assert.Equal("a", (await Client.CoreV1.ReadNamespacedConfigMapAsync("a", Namespace, cancellationToken: Cancellation)).Metadata.Name);
    }

    [Fact]
    public async Task Compact_OldRevisions_Expire()
    {
        await CreateAsync(ConfigMap("a"));
        await CreateAsync(ConfigMap("b"));
        var page = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, limit: 1, cancellationToken: Cancellation);
        await CreateAsync(ConfigMap("c"));
        Server.Compact();
        var status = await FailsAsync(HttpStatusCode.Gone, () => Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, limit: 1, continueParameter: page.Metadata.ContinueProperty, cancellationToken: Cancellation));
        Assert.Equal("Expired", status.Reason);
        var rest = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, continueParameter: status.Metadata.ContinueProperty, cancellationToken: Cancellation);
        Assert.Equal(["b", "c"], rest.Items.Select(i => i.Metadata.Name));
        await using var watch = await WatchLines.OpenAsync(ApiHttp.Open(Cluster), $"{Maps}?watch=1&resourceVersion={page.Metadata.ResourceVersion}");
        Assert.Equal("ERROR", (await watch.ReadAsync()).Type);
    }

    [Fact]
    public async Task SendBookmarks_OnAWatchThatAllowsThem_TellsTheRevisionOfNow()
    {
        await using var watch = await WatchAsync(null);
        var other = await Client.CoreV1.CreateNamespacedServiceAccountAsync(new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = "x" } }, Namespace, cancellationToken: Cancellation);
        Server.SendBookmarks();
        var (type, o) = await watch.ReadAsync(bookmarks: true);
        Assert.Equal(("BOOKMARK", other.Metadata.ResourceVersion, "ConfigMap"), (type, o["metadata"]!["resourceVersion"]!.ToString(), o["kind"]!.ToString()));
    }

    [Fact]
    public async Task ExpiredToken_IsUnauthorizedAndANewOneIsNot()
    {
        var user = await Cluster.CreateServiceAccountAsync(Namespace, "rotated");
        Server.Tokens.Expire(user.Token!);
        using var old = ApiHttp.Open(Cluster, user);
        Assert.Equal(HttpStatusCode.Unauthorized, (await old.GetAsync(new Uri("/api", UriKind.Relative), Cancellation)).StatusCode);
        using var renewed = ApiHttp.Open(Cluster, user with { Token = await Cluster.IssueTokenAsync(Namespace, "rotated") });
        Assert.Equal(HttpStatusCode.OK, (await renewed.GetAsync(new Uri("/api", UriKind.Relative), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Chances_SameSeed_SameFaults()
    {
        async Task<string> FirstTenAsync()
        {
            using var rule = Server.Faults.Add(new FaultRule(FaultKind.Status) { Probability = 0.5, Seed = 7, Matches = r => r.Path == "/api" });
            using var client = ApiHttp.Open(Cluster);
            var codes = new List<int>();
            for (var i = 0; i < 10; i++)
            {
                codes.Add((int)(await client.GetAsync(new Uri("/api", UriKind.Relative), Cancellation)).StatusCode);
            }

            return string.Join(' ', codes);
        }

        var first = await FirstTenAsync();
        Assert.Contains("200", first, StringComparison.Ordinal);
        Assert.Contains("503", first, StringComparison.Ordinal);
        Assert.Equal(first, await FirstTenAsync());
    }

    private async Task<WatchLines> WatchAsync(FaultRule? rule)
    {
        var list = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, cancellationToken: Cancellation);
        if (rule is not null)
        {
            Server.Faults.Add(rule);
        }

        return await WatchLines.OpenAsync(ApiHttp.Open(Cluster), $"{Maps}?watch=1&allowWatchBookmarks=true&resourceVersion={list.Metadata.ResourceVersion}");
    }
}
