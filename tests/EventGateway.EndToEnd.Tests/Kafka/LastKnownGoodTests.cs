using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Kafka;

/// <summary>Everything but the proxies is dead: who runs serves on, who starts serves from its last-known-good files, and who is wrong is told.</summary>
public sealed class LastKnownGoodTests
{
    private const int RequestsPerSecond = 50;
    private const string Steady = "steady.example";
    private const string Shop = "shop.example";

    [Fact]
    public async Task KafkaAndWatcherDead_OldAndNewProxiesServeAndCatchUpWithoutHarmWhenTheyAreBack()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync();
        await using var upstream = await Upstream.StartAsync("up");
        await using var fleet = new Fleet(broker.BootstrapServers);
        Write(fleet, "steady", Steady, "/", upstream);
        WriteShop(fleet, upstream, "/kept", "/deleted", "/moved");
        var certificate = TestCertificate.For(Steady);
        fleet.Manifests.Write("tls.yaml", Manifest.All(
            Manifest.Ingress("steady", "tls", Steady, "/secure", "steady", tlsSecret: "steady-tls"), Manifest.TlsSecret("steady", "steady-tls", certificate)));
        var running = fleet.NewProxy("running", more: ["--data", fleet.Folder["running"]]);
        var keeper = fleet.NewProxy("keeper", more: ["--data", fleet.Folder["keeper"]]);
        await fleet.StartAsync();
        await Traffic.BecomesAsync([running, keeper], Shop, "/deleted", "200 up", fleet.Watcher);
        var known = await fleet.ConvergedAsync();
        await IsOnTheDiskAsync(keeper, known);
        await IsOnTheDiskAsync(running, known);

        await using var load = PacedLoad.Start([running], RequestsPerSecond, Steady, "/", "200 up");
        await load.GoOnAsync();
        load.Say("broker and watcher are dead");
        await fleet.Watcher.KillAsync();
        await broker.KillAsync();
        await load.GoOnAsync(50);
        Assert.Equal("200 up", await Traffic.GetAsync(running, Shop, "/deleted"));
        Assert.StartsWith("200", await running.GetReadinessAsync(), StringComparison.Ordinal);
        Assert.Equal("kafka", (await running.GetStatusAsync())!.Log("shop")!.Source);

        // A proxy that was never there before, with a copy of another's folder; and one that was killed.
        var copied = fleet.NewProxy("copied", more: ["--data", fleet.Folder["copied"]]);
        Copy(fleet.Folder["keeper"], fleet.Folder["copied"]);
        await keeper.KillAsync();
        foreach (var proxy in (GatewayProcess[])[copied, keeper])
        {
            await proxy.Start().WaitUntilReadyAsync();
            await ServesFromItsFileAsync(proxy, known);
            Assert.Equal(certificate.Thumbprint, await Traffic.HandshakeAsync(proxy, Steady));
        }

        // What is gone and changed meanwhile, nobody can know yet.
        WriteShop(fleet, upstream, "/kept", "/moved-to", "/new");
        await using var loadOfStarted = PacedLoad.Start([copied, keeper], RequestsPerSecond, Shop, "/kept", "200 up");
        await loadOfStarted.GoOnAsync();
        loadOfStarted.Say("broker and watcher come back");
        load.Say("broker and watcher come back");
        await broker.RestartAsync();
        foreach (var proxy in (GatewayProcess[])[copied, keeper])
        {
            // The log is as it was: nothing to do but to say so.
            await proxy.WaitForStatusAsync(s => s.Logs.All(l => l.Source == "kafka") && s.Fingerprint == known.Fingerprint, "to serve from the log again");
            Assert.Equal("200 up", await Traffic.GetAsync(proxy, Shop, "/deleted"));
            Assert.Matches(@"east/shop is served from the log again: from commit \d+ of its last-known-good file to commit \d+", proxy.Output);
        }

        await fleet.Watcher.Start().WaitUntilReadyAsync();
        await Traffic.IsNotFoundAsync([running, copied, keeper], Shop, "/deleted", fleet.Watcher);
        await Traffic.BecomesAsync([running, copied, keeper], Shop, "/new", "200 up", fleet.Watcher);
        await fleet.ConvergedAsync();
        await load.GoOnAsync();
        await loadOfStarted.GoOnAsync();
        await load.AssertNoFailureAsync(atLeast: 200);
        await loadOfStarted.AssertNoFailureAsync(atLeast: 50);
        await IsOnTheDiskAsync(copied, await fleet.ConvergedAsync());
    }

    [Fact]
    public async Task RoutesDeletedWhileAProxyWasDown_AreGoneOnceTheLogIsReadAndNeverComeBack()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync();
        await using var upstream = await Upstream.StartAsync("up");
        await using var fleet = new Fleet(broker.BootstrapServers);
        WriteShop(fleet, upstream, "/kept", "/deleted");
        var proxy = fleet.NewProxy("proxy", more: ["--data", fleet.Folder["proxy"]]);
        await fleet.StartAsync();
        await Traffic.BecomesAsync([proxy], Shop, "/deleted", "200 up", fleet.Watcher);
        var known = await fleet.ConvergedAsync();
        await IsOnTheDiskAsync(proxy, known);
        await proxy.KillAsync();

        // Deleted in the log while the proxy is down; then Kafka is down when it comes back.
        WriteShop(fleet, upstream, "/kept");
        await fleet.Watcher.WaitForStatusAsync(s => s.Log("shop")!.Commit > known.Log("shop")!.Commit, "to have removed the route");

        // Kafka acknowledges a commit before its marker is in the log: killed in between, it would hold the log back until it has written the marker.
        await fleet.Topics.ReadAsync(Fleet.Log("shop"));
        await broker.KillAsync();
        await proxy.Start().WaitUntilReadyAsync();
        await ServesFromItsFileAsync(proxy, known);
        Assert.Equal("200 up", await Traffic.GetAsync(proxy, Shop, "/deleted"));

        await using var load = PacedLoad.Start([proxy], RequestsPerSecond, Shop, "/kept", "200 up");
        await load.GoOnAsync();
        await broker.RestartAsync();
        await Traffic.IsNotFoundAsync([proxy], Shop, "/deleted", fleet.Watcher);
        await fleet.ConvergedAsync();
        await load.GoOnAsync();
        await load.AssertNoFailureAsync(atLeast: 50);

        // And it is gone from the file, too.
        await IsOnTheDiskAsync(proxy, await fleet.ConvergedAsync());
        await proxy.KillAsync();
        await broker.KillAsync();
        await proxy.Start().WaitUntilReadyAsync();
        await Traffic.IsNotFoundAsync([proxy], Shop, "/deleted");
        Assert.Equal("200 up", await Traffic.GetAsync(proxy, Shop, "/kept"));
    }

    [Fact]
    public async Task FileDamaged_IsRefusedWithItsReasonTheOthersServeAndItIsReplaced()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync();
        await using var upstream = await Upstream.StartAsync("up");
        await using var fleet = new Fleet(broker.BootstrapServers);
        Write(fleet, "steady", Steady, "/", upstream);
        WriteShop(fleet, upstream, "/kept");
        var proxy = fleet.NewProxy("proxy", more: ["--data", fleet.Folder["proxy"]]);
        await fleet.StartAsync();
        await Traffic.BecomesAsync([proxy], Shop, "/kept", "200 up", fleet.Watcher);
        var known = await fleet.ConvergedAsync();
        await IsOnTheDiskAsync(proxy, known);
        await proxy.KillAsync();
        await broker.KillAsync();
        var path = FileOf(fleet, "shop");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        await proxy.Start().WaitUntilReadyAsync();
        await proxy.WaitForOutputAsync($"The last-known-good file {path} is not used: its checksum does not match: it was cut short or damaged. It is replaced once the log was read");
        Assert.Equal("200 up", await Traffic.GetAsync(proxy, Steady, "/"));
        await Traffic.IsNotFoundAsync([proxy], Shop, "/kept");
        var refused = Assert.Single((await proxy.GetStatusAsync())!.Log("shop")!.Refused);
        Assert.Equal("last-known-good", refused.Key);
        Assert.Contains("its checksum does not match", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("eventgateway_last_known_good_refused 1", await MetricsAsync(proxy), StringComparison.Ordinal);
        Assert.Contains("eventgateway_last_known_good_loaded{origin=\"east\",workspace=\"steady\"} 1", await MetricsAsync(proxy), StringComparison.Ordinal);

        await broker.RestartAsync();
        await Traffic.BecomesAsync([proxy], Shop, "/kept", "200 up", fleet.Watcher);
        await IsOnTheDiskAsync(proxy, await fleet.ConvergedAsync());
        Assert.Contains("eventgateway_last_known_good_refused 0", await MetricsAsync(proxy), StringComparison.Ordinal);
        await broker.KillAsync();
        await proxy.KillAsync();
        await proxy.Start().WaitUntilReadyAsync();
        Assert.Equal("200 up", await Traffic.GetAsync(proxy, Shop, "/kept"));
    }

    private static async Task ServesFromItsFileAsync(GatewayProcess proxy, GatewayStatus known)
    {
        var status = (await proxy.GetStatusAsync())!;
        Assert.Equal(known.Fingerprint, status.Fingerprint);
        Assert.All(status.Logs, l => Assert.Equal(("last-known-good", false), (l.Source, l.CaughtUp)));
        Assert.All(status.Logs, l => Assert.Matches($@"{l.Name} is served from its last-known-good file of .*: commit {l.Commit}, \d+ entities, image {l.ImageHash}", proxy.Output));
    }

    /// <summary>Waits until the folder holds what is served.</summary>
    private static async Task IsOnTheDiskAsync(GatewayProcess proxy, GatewayStatus served)
    {
        foreach (var log in served.Logs)
        {
            await Eventually.BecomesAsync(
                async () => await MetricsAsync(proxy),
                m => m.Contains($"eventgateway_last_known_good_commit{{origin=\"{log.Origin}\",workspace=\"{log.Workspace}\"}} {log.Commit}\n", StringComparison.Ordinal),
                $"{proxy.Name} to have commit {log.Commit} of {log.Name} on the disk", [proxy]);
        }
    }

    private static async Task<string> MetricsAsync(GatewayProcess proxy)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler);
        return await client.GetStringAsync(new Uri($"http://127.0.0.1:{proxy.StatusPort}/metrics"));
    }

    private static string FileOf(Fleet fleet, string workspace) => Path.Combine(fleet.Folder["proxy"], "last-known-good", $"{Fleet.Origin}.{workspace}.image");

    private static void Copy(string from, string to)
    {
        var folder = Directory.CreateDirectory(Path.Combine(to, "last-known-good")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(from, "last-known-good"), "*.image"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }

    private static void WriteShop(Fleet fleet, Upstream upstream, params string[] paths) => fleet.Manifests.Write("shop.yaml", Manifest.All(
        [Manifest.Backend("shop", "shop", upstream.Port), .. paths.Select(p => Manifest.Ingress("shop", $"at-{p[1..]}", Shop, p, "shop"))]));

    private static void Write(Fleet fleet, string workspace, string host, string path, Upstream upstream) => fleet.Manifests.Write(
        $"{workspace}.yaml", Manifest.All(Manifest.Ingress(workspace, "web", host, path, workspace), Manifest.Backend(workspace, workspace, upstream.Port)));
}
