using Confluent.Kafka;
using Confluent.Kafka.Admin;
using System.Net;
using EventGateway.TestKit.Kafka;

namespace EventGateway.Tests.Processes;

/// <summary>Watchers and proxies as processes, on a real broker.</summary>
public sealed class KafkaRoleTests(SharedKafka kafka) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GatewayClient _client = new();
    private readonly string _prefix = $"app-{Guid.NewGuid():N}";

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task WatcherAndProxies_OneFolder_ServeTheSameImageAndSurviveTheWatcher()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var servers = await kafka.GetBootstrapServersAsync();
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/one", upstream.Port));
        _folder.Write("blog.yaml", TestManifests.Of("blog", "blog.test", "/", upstream.Port));
        await using var first = GatewayProcess.Start(Proxy(servers));
        await using var second = GatewayProcess.Start(Proxy(servers));
        var (one, two) = (await first.AddressesAsync(), await second.AddressesAsync());
        int commit;
        await using (var watcher = GatewayProcess.Start([.. Watcher(servers), "--create-topics"]))
        {
            await _client.UntilAsync(one[0], "/one", HttpStatusCode.OK, "shop.test");
            await _client.UntilAsync(two[0], "/any", HttpStatusCode.OK, "blog.test");
            await _client.UntilAsync(two[0], "/one", HttpStatusCode.OK, "shop.test");
            await _client.UntilAsync(one[0], "/any", HttpStatusCode.OK, "blog.test");
            _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/two", upstream.Port));
            await _client.UntilAsync(one[0], "/two", HttpStatusCode.OK, "shop.test");
            await _client.UntilAsync(two[0], "/two", HttpStatusCode.OK, "shop.test");
            var status = (await watcher.AddressesAsync())[0];
            Assert.Equal(await ImageHashAsync(status), await ImageHashAsync(one[2]));
            Assert.Equal(await ImageHashAsync(status), await ImageHashAsync(two[2]));
            Assert.Equal("watcher", (await _client.GetJsonAsync(status, "/status")).GetProperty("role").GetString());
            commit = await CommitAsync(one[2]);
        }

        // The watcher was killed. Nobody misses it, and its successor finds nothing to do.
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(one[0], "/two", "shop.test")).Status);
        await using var successor = GatewayProcess.Start(Watcher(servers));
        await _client.UntilAsync((await successor.AddressesAsync())[0], "/readyz", HttpStatusCode.OK);
        Assert.Equal(commit, await CommitAsync(one[2]));
        first.Signal("TERM");
        Assert.Equal(143, await first.ExitAsync());
    }

    [Fact]
    public async Task Watcher_AnotherTakesOver_ExitsWith3AndSaysWhy()
    {
        var servers = await kafka.GetBootstrapServersAsync();
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/", 80));
        await using var older = GatewayProcess.Start([.. Watcher(servers), "--create-topics"]);
        await _client.UntilAsync((await older.AddressesAsync())[0], "/readyz", HttpStatusCode.OK);
        await using var newer = GatewayProcess.Start(Watcher(servers));
        Assert.Equal(3, await older.ExitAsync());
        Assert.Contains("has another writer now", older.Error[^1], StringComparison.Ordinal);
        Assert.Contains("--origin", older.Error[^1], StringComparison.Ordinal);
        await _client.UntilAsync((await newer.AddressesAsync())[0], "/readyz", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Watcher_TopicIsMissing_NamesItAndGoesOnWhenItIsMade()
    {
        var servers = await kafka.GetBootstrapServersAsync();
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/", 80));
        await using var watcher = GatewayProcess.Start(Watcher(servers));
        await watcher.LogLineAsync($"{_prefix}\\.a\\.shop\\.config does not exist .*--create-topics");
        await using var made = await GatewayProcess.RunAsync(["topics", "create", "--kafka", servers, "--prefix", _prefix, "--origin", "a", "--workspace", "shop"]);
        Assert.Equal(0, await made.ExitAsync());
        await _client.UntilAsync((await watcher.AddressesAsync())[0], "/readyz", HttpStatusCode.OK);
        await using var verified = await GatewayProcess.RunAsync(["topics", "verify", "--kafka", servers, "--prefix", _prefix]);
        Assert.Equal(0, await verified.ExitAsync());
        Assert.Equal(["all is well with the topics of a/shop"], verified.Out);
    }

    [Fact]
    public async Task Topics_TheyDifferOrAreMissing_ExitWith1AndSayWhatToRun()
    {
        var servers = await kafka.GetBootstrapServersAsync();
        string[] where = ["--kafka", servers, "--prefix", _prefix, "--origin", "a"];
        await using var none = await GatewayProcess.RunAsync(["topics", "verify", .. where]);
        Assert.Equal(1, await none.ExitAsync());
        Assert.Contains("the origin a has no log", none.Error[0], StringComparison.Ordinal);
        await using var made = await GatewayProcess.RunAsync(["topics", "create", .. where, "--workspace", "shop"]);
        Assert.Equal(0, await made.ExitAsync());
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build())
        {
            await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = $"{_prefix}.a.shop.config", IncreaseTo = 2 }]);
        }

        await using var again = await GatewayProcess.RunAsync(["topics", "create", .. where, "--workspace", "shop"]);
        Assert.Equal(1, await again.ExitAsync());
        Assert.Contains(again.Out, l => l.Contains($"eventgateway topics create --kafka {servers} --prefix {_prefix} --origin a --workspace shop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Roles_WrongPassword_SaySoWithoutShowingIt()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync(KafkaBrokerOptions.WithPlainLogins(checkRights: false, ("admin", "right")));
        string[] login =
        [
            "--kafka-option", "security.protocol=SASL_PLAINTEXT", "--kafka-option", "sasl.mechanism=PLAIN", "--kafka-option", "sasl.username=admin",
            "--kafka-option", $"sasl.password=@{_folder.Write("password", "hunter2\n")}",
        ];
        await using var proxy = GatewayProcess.Start([.. Proxy(broker.BootstrapServers), .. login]);
        await proxy.LogLineAsync($" warn .*{broker.BootstrapServers}.*[Aa]uthentication");
        await using var topics = await GatewayProcess.RunAsync(["topics", "verify", "--kafka", broker.BootstrapServers, .. login]);
        Assert.Equal(3, await topics.ExitAsync());
        Assert.Contains("sasl.password", topics.Error[0], StringComparison.Ordinal);
        Assert.DoesNotContain(proxy.Error.Concat(topics.Error), l => l.Contains("hunter2", StringComparison.Ordinal));
    }

    private string[] Proxy(string servers) =>
        ["proxy", "--kafka", servers, "--prefix", _prefix, "--http-port", "0", "--https-port", "0", "--status-port", "0", "--bind", "127.0.0.1"];

    private string[] Watcher(string servers) =>
        ["watcher", "--kafka", servers, "--prefix", _prefix, "--origin", "a", "--manifests", _folder.Path, "--status-port", "0", "--bind", "127.0.0.1"];

    private async Task<string?> ImageHashAsync(Uri status) => (await _client.GetJsonAsync(status, "/status")).GetProperty("imageHash").GetString();

    private async Task<int> CommitAsync(Uri status) =>
        (await _client.GetJsonAsync(status, "/status")).GetProperty("logs").EnumerateArray().Sum(l => l.GetProperty("commit").GetInt32());
}
