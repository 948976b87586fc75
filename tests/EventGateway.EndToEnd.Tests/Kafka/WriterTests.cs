using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;
using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Kafka;

/// <summary>Who may write a log, what a writer writes, and what it does when somebody takes the log away.</summary>
public sealed class WriterTests(SharedKafka kafka)
{
    private static readonly LogName Shop = Fleet.Log("shop");

    [Fact]
    public async Task Watcher_AnotherOfTheSameOriginStarts_TheOlderStopsAndNothingItTriedIsInAnyImage()
    {
        await using var upstream = await Upstream.StartAsync("shop");
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        using var newerFolder = new TestFolder();
        WriteShop(fleet.Manifests, "/older", upstream);
        WriteShop(newerFolder, "/newer", upstream);
        var proxy = fleet.NewProxy("proxy");
        await fleet.StartAsync();
        await Traffic.BecomesAsync([proxy], "shop.example", "/older", "200 shop", fleet.Watcher);

        var newer = await fleet.NewWatcher("newer", newerFolder.Path).Start().WaitUntilReadyAsync();
        WriteShop(fleet.Manifests, "/too-late", upstream);
        var exitCode = await fleet.Watcher.WaitForExitAsync();

        Assert.Equal(3, exitCode);
        var lastWord = fleet.Watcher.Output.Split('\n').Last(l => l.StartsWith("eventgateway: ", StringComparison.Ordinal));
        Assert.Matches(
            @"^eventgateway: east/shop has another writer now \(epoch 2; ours was 1\): this one stops\. Two watchers must not share an --origin$", lastWord);

        await Traffic.BecomesAsync([proxy], "shop.example", "/newer", "200 shop", newer);
        await Traffic.IsNotFoundAsync([proxy], "shop.example", "/older", newer);
        await Traffic.IsNotFoundAsync([proxy], "shop.example", "/too-late", newer);
        var written = (await newer.GetStatusAsync())!;
        await proxy.WaitForStatusAsync(s => s.Fingerprint == written.Fingerprint, $"to serve what the newer writes, {written.Fingerprint}");
        var paths = (await fleet.Topics.DecodeAsync(Shop)).OfType<DecodedRecord.Put>().Select(p => p.Entity).OfType<Route>()
            .SelectMany(r => r.Matches).Select(m => m.Path!.Value).ToList();
        Assert.Contains("/newer", paths);
        Assert.DoesNotContain("/too-late", paths);
    }

    [Fact]
    public async Task Topic_DeletedAndMadeAgain_ProxiesGoOnServingAndTheWatcherFillsIt()
    {
        await using var upstream = await Upstream.StartAsync("shop");
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        WriteShop(fleet.Manifests, "/", upstream);
        fleet.NewProxy("proxy-1");
        fleet.NewProxy("proxy-2");
        await fleet.StartAsync();
        await Traffic.BecomesAsync(fleet.Proxies, "shop.example", "/", "200 shop", fleet.Watcher);
        var before = (await fleet.ConvergedAsync()).Log("shop")!;
        await using var load = PacedLoad.Start(fleet.Proxies, 50, "shop.example", "/", "200 shop");
        await load.GoOnAsync();

        load.Say("the topics are gone");
        await fleet.Topics.DeleteAsync(fleet.Topics.Names.Config(Shop), fleet.Topics.Names.History(Shop));
        await using var create = new GatewayProcess(
            "topics create", "topics", "create", "--kafka", fleet.Topics.Servers, "--prefix", fleet.Topics.Prefix, "--origin", Fleet.Origin, "--workspace", "shop");

        // The watcher may have been faster; then there is nothing left to make.
        Assert.Equal(0, await create.Start().WaitForExitAsync());
        load.Say("the topics are new");

        // The new log has another id, or goes on counting where the watcher's heartbeat into it has left off: never the same id and commit.
        await fleet.Watcher.WaitForStatusAsync(
            s => s.Log("shop") is { CaughtUp: true } log && (log.LogId != before.LogId || log.Commit > before.Commit), "to have filled the new log");
        var after = (await fleet.ConvergedAsync()).Log("shop")!;
        await load.GoOnAsync();
        await load.AssertNoFailureAsync(atLeast: 100);

        Assert.Equal(before.ImageHash, after.ImageHash);
        foreach (var proxy in fleet.Proxies)
        {
            Assert.Contains("east/shop was Recreated; reading it from its beginning, what serves stays until that is done", proxy.Output, StringComparison.Ordinal);
        }

        // The new log is as good as the old one, for one that has never seen the old one too.
        await fleet.NewProxy("late").Start().WaitUntilReadyAsync();
        WriteShop(fleet.Manifests, "/new", upstream);
        await Traffic.BecomesAsync(fleet.Proxies, "shop.example", "/new", "200 shop", fleet.Watcher);
        await fleet.ConvergedAsync();
    }

    [Fact]
    public async Task Watcher_TenThousandIngresses_ARestartAppendsItsClaimAndAChangeWhatChanged()
    {
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        for (var file = 0; file < 100; file++)
        {
            WriteHundred(fleet.Manifests, file, changed: null);
        }

        await fleet.StartAsync();
        var status = (await fleet.Watcher.GetStatusAsync())!.Log("shop")!;
        Assert.Equal(10_000, status.Entities["route"]);
        var whole = await fleet.Topics.DecodeAsync(Shop);
        var history = await fleet.Topics.ReadHistoryAsync(Shop);

        // Unchanged input: nothing but the claim.
        await fleet.Watcher.TerminateAsync();
        Assert.Equal(143, await fleet.Watcher.WaitForExitAsync());
        await fleet.Watcher.Start().WaitUntilReadyAsync();
        var claim = Assert.IsType<DecodedRecord.Commit>(Assert.Single((await fleet.Topics.DecodeAsync(Shop)).Skip(whole.Count))).Value;
        Assert.Equal(CommitReason.Claim, claim.Reason);
        Assert.Equal((status.Commit, 0, status.ImageHash), (claim.Commit, claim.Changes, claim.ImageHash.ToString()));
        Assert.Equal(history.Count, (await fleet.Topics.ReadHistoryAsync(Shop)).Count);

        // One path: one route, one history entry, one commit.
        WriteHundred(fleet.Manifests, 42, changed: 17);
        await fleet.Watcher.WaitForStatusAsync(s => s.Log("shop")!.Commit == status.Commit + 1, $"commit {status.Commit + 1}");
        var appended = (await fleet.Topics.DecodeAsync(Shop)).Skip(whole.Count + 1).ToList();
        Assert.Equal(2, appended.Count);
        var route = Assert.IsType<Route>(Assert.IsType<DecodedRecord.Put>(appended[0]).Entity);
        Assert.Equal("route/shop/ingress-42-17/0.0", route.Key.Text);
        Assert.Equal("/changed", Assert.Single(route.Matches).Path!.Value);
        var commit = Assert.IsType<DecodedRecord.Commit>(appended[1]).Value;
        Assert.Equal((CommitReason.Change, status.Commit + 1, 1), (commit.Reason, commit.Commit, commit.Changes));
        var entry = Assert.Single((await fleet.Topics.ReadHistoryAsync(Shop)).Skip(history.Count));
        Assert.Equal((commit.Commit, route.Key.Text), (entry.Commit.Commit, Assert.Single(entry.Records).Key));

        // What was written is what a reader who knows nothing of the watcher adds up.
        var assembler = new ImageAssembler();
        foreach (var record in (await fleet.Topics.ReadAsync(Shop)).Records)
        {
            assembler.Add(record);
        }

        Assert.True(assembler.HashMatches);
        Assert.Equal(10_000, assembler.Take().Image.Routes.Count);
    }

    private static void WriteShop(TestFolder folder, string path, Upstream upstream) =>
        folder.Write("shop.yaml", Manifest.All(Manifest.Ingress("shop", "web", "shop.example", path, "shop"), Manifest.Backend("shop", "shop", upstream.Port)));

    private static void WriteHundred(TestFolder folder, int file, int? changed) => folder.Write($"{file}.yaml", Manifest.All(
        [
            .. file == 0 ? (string[])[Manifest.Backend("shop", "shop", 9)] : [],
            .. Enumerable.Range(0, 100).Select(i => Manifest.Ingress(
                "shop", $"ingress-{file}-{i}", $"host-{file}.example", i == changed ? "/changed" : $"/path-{i}", "shop")),
        ]));
}
