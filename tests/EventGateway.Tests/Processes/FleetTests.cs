using System.Net;
using System.Text.Json;
using EventGateway.TestKit.Kafka;

namespace EventGateway.Tests.Processes;

/// <summary>What proxies report, as people ask for it: <c>status --kafka</c> and <c>wait</c>, with processes on a real broker.</summary>
public sealed class FleetTests(SharedKafka kafka) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly GatewayClient _client = new();
    private readonly string _prefix = $"fleet-{Guid.NewGuid():N}";
    private string _servers = "";
    private TestUpstream _upstream = null!;

    private string[] Where => ["--kafka", _servers, "--prefix", _prefix];

    public async ValueTask InitializeAsync() => (_servers, _upstream) = (await kafka.GetBootstrapServersAsync(), await TestUpstream.StartAsync());

    public async ValueTask DisposeAsync()
    {
        if (_upstream is not null)
        {
            await _upstream.DisposeAsync();
        }

        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Wait_ObjectAndPosition_ReturnWhenAllServeThem_AndSayWhatIsMissing()
    {
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/one", _upstream.Port));
        await using var watcher = GatewayProcess.Start(Watcher);
        await _client.UntilAsync((await watcher.AddressesAsync())[0], "/readyz", HttpStatusCode.OK);
        await using (var early = await GatewayProcess.RunAsync(["wait", "ingress/shop/web", .. Where, "--timeout", "3s"]))
        {
            Assert.Equal(1, await early.ExitAsync());
            Assert.Contains("in vain: no live and ready proxy follows a/shop", early.Error[^1], StringComparison.Ordinal);
        }

        await using var one = GatewayProcess.Start(Proxy);
        await using var two = GatewayProcess.Start(Proxy);
        var addresses = new[] { (await one.AddressesAsync())[0], (await two.AddressesAsync())[0] };
        foreach (var address in addresses)
        {
            await _client.UntilAsync(address, "/one", HttpStatusCode.OK, "shop.test");
        }

        await ReportsAsync(proxies => proxies.Count(p => p.GetProperty("state").GetString() == "ready") == 2);
        await using var wait = await GatewayProcess.RunAsync(["wait", "ingress/shop/web", .. Where]);
        Assert.Equal(0, await wait.ExitAsync());
        Assert.Matches(@"^ingress/shop/web is served by all 2 live proxies \(a/shop@\d+\)$", wait.Out[^1]);

        // Returns no sooner than the change is served.
        var next = 1 + JsonDocument.Parse(string.Join('\n', (await StatusAsync()).Out)).RootElement.GetProperty("logs")[0].GetProperty("commit").GetInt32();
        await using var forNext = GatewayProcess.Start(["wait", $"a/shop@{next}", .. Where]);
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/two", _upstream.Port));
        Assert.Equal(0, await forNext.ExitAsync());
        foreach (var address in addresses)
        {
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(address, "/two", "shop.test")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(address, "/one", "shop.test")).Status);
        }

        await using var nothing = await GatewayProcess.RunAsync(["wait", "ingress/shop/other", .. Where, "--timeout", "2s"]);
        Assert.Equal(1, await nothing.ExitAsync());
        Assert.Contains("holds nothing of ingress/shop/other", nothing.Error[^1], StringComparison.Ordinal);

        var metrics = (await _client.GetAsync((await watcher.AddressesAsync())[0], "/metrics")).Body;
        Assert.Contains("eventgateway_fleet_proxies{state=\"ready\"} 2", metrics, StringComparison.Ordinal);
        Assert.Contains("eventgateway_change_to_all_proxies_seconds_count{origin=\"a\",workspace=\"shop\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_ProxyStopsOrFreezes_LeavesOrHoldsTheChangeUp()
    {
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/one", _upstream.Port));
        await using var watcher = GatewayProcess.Start(Watcher);
        await using var stays = GatewayProcess.Start(Proxy);
        await using var leaves = GatewayProcess.Start(Proxy);
        await using var freezes = GatewayProcess.Start(Proxy);
        await ReportsAsync(proxies => proxies.Count(p => p.GetProperty("state").GetString() == "ready" && p.GetProperty("logs").GetArrayLength() == 1) == 3);

        leaves.Signal("TERM");
        Assert.Equal(143, await leaves.ExitAsync());
        await ReportsAsync(proxies => proxies.Count == 2);

        freezes.Signal("STOP");
        try
        {
            _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/two", _upstream.Port));
            await _client.UntilAsync((await stays.AddressesAsync())[0], "/two", HttpStatusCode.OK, "shop.test");
            await using var behind = await StatusAsync("--output", "table");
            Assert.Equal(1, await behind.ExitAsync());
            Assert.Matches("^a/shop +[0-9]+ +1 of 2 +.* at [0-9]+$", behind.Out.First(l => l.StartsWith("a/shop", StringComparison.Ordinal)));
        }
        finally
        {
            freezes.Signal("CONT");
        }

        await using var caughtUp = await GatewayProcess.RunAsync(["wait", "ingress/shop/web", .. Where]);
        Assert.Equal(0, await caughtUp.ExitAsync());
        await using var good = await StatusAsync("--output", "table");
        Assert.Equal(0, await good.ExitAsync());
    }

    [Fact]
    public async Task Status_NobodyReportsOrNoTopic_SaysSo()
    {
        await using var none = await StatusAsync();
        Assert.Equal(3, await none.ExitAsync());
        Assert.Contains($"topic {_prefix}.status does not exist", none.Error[^1], StringComparison.Ordinal);
        await using var made = await GatewayProcess.RunAsync(["topics", "create", .. Where, "--origin", "a", "--workspace", "shop"]);
        Assert.Equal(0, await made.ExitAsync());
        await using var empty = await StatusAsync("--output", "table");
        Assert.Equal(1, await empty.ExitAsync());
        Assert.Equal(["no proxies"], empty.Out);
    }

    [Fact]
    public async Task Proxy_NoTopicForReports_ServesAllTheSame()
    {
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/one", _upstream.Port));
        await using var watcher = GatewayProcess.Start(Watcher);
        await using var proxy = GatewayProcess.Start(Proxy);
        await proxy.LogLineAsync($"What this proxy serves cannot be reported: topic {_prefix}\\.status does not exist|Following a/shop");
        await _client.UntilAsync((await proxy.AddressesAsync())[0], "/one", HttpStatusCode.OK, "shop.test");
    }

    private string[] Watcher =>
        ["watcher", .. Where, "--origin", "a", "--manifests", _folder.Path, "--status-port", "0", "--bind", "127.0.0.1", "--create-topics"];

    private string[] Proxy => ["proxy", .. Where, "--http-port", "0", "--https-port", "0", "--status-port", "0", "--bind", "127.0.0.1", "--drain-delay", "0"];

    private Task<GatewayProcess> StatusAsync(params string[] more) => GatewayProcess.RunAsync(["status", .. Where, .. more is [] ? ["-o", "json"] : more]);

    private async Task ReportsAsync(Func<IReadOnlyList<JsonElement>, bool> isExpected)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var status = await StatusAsync();
            var text = string.Join('\n', status.Out);
            if (text.Length > 0 && isExpected([.. JsonDocument.Parse(text).RootElement.GetProperty("proxies").EnumerateArray()]))
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"The fleet reports: {text}{string.Join('\n', status.Error)}");
        }
    }
}
