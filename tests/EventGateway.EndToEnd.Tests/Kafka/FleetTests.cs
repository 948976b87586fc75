using System.Globalization;
using System.Text.RegularExpressions;
using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Kafka;

/// <summary>
/// The whole way on a broker of its own: a watcher on a folder, three proxies and one that comes late. First what reaches them, then what a kill of
/// each of them does to clients.
/// </summary>
public sealed class FleetTests
{
    private const int RequestsPerSecond = 50;
    private const string Host = "shop.example";
    private const string SteadyHost = "steady.example";

    [Fact]
    public async Task Fleet_ChangesThenKillsOfEveryProcessInTurn_AllProxiesFollowAndNoRequestFails()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync();
        await using var first = await Upstream.StartAsync("first");
        await using var second = await Upstream.StartAsync("second");
        await using var fleet = new Fleet(broker.BootstrapServers);
        fleet.Manifests.Write("steady.yaml", Manifest.All(Manifest.Ingress("steady", "steady", SteadyHost, "/", "steady"), Manifest.Backend("steady", "steady", first.Port)));
        WriteShop(fleet, "/cart", first);
        for (var i = 1; i <= 3; i++)
        {
            fleet.NewProxy($"proxy-{i}");
        }

        await fleet.StartAsync();
        await ChangesReachAllAsync(fleet, first, second);
        await KillsHurtNobodyAsync(fleet, broker, first);
        await HistoryIsCompleteAsync(fleet);
    }

    private static async Task ChangesReachAllAsync(Fleet fleet, Upstream first, Upstream second)
    {
        await Traffic.BecomesAsync(fleet.Proxies, Host, "/cart", "200 first", fleet.Watcher);
        await fleet.ConvergedAsync();

        // A proxy that comes late serves the same without anything being said again.
        var end = (await fleet.Topics.DecodeAsync(Fleet.Log("shop"))).Count;
        await fleet.NewProxy("proxy-late").Start().WaitUntilReadyAsync();
        await Traffic.BecomesAsync(fleet.Proxies, Host, "/cart", "200 first", fleet.Watcher);
        await fleet.ConvergedAsync();
        Assert.Equal(end, (await fleet.Topics.DecodeAsync(Fleet.Log("shop"))).Count);

        // A route.
        WriteShop(fleet, "/basket", first);
        await Traffic.BecomesAsync(fleet.Proxies, Host, "/basket", "200 first", fleet.Watcher);
        await Traffic.IsNotFoundAsync(fleet.Proxies, Host, "/cart", fleet.Watcher);
        await fleet.ConvergedAsync();

        // An endpoint.
        WriteShop(fleet, "/basket", second);
        await Traffic.BecomesAsync(fleet.Proxies, Host, "/basket", "200 second", fleet.Watcher);
        await fleet.ConvergedAsync();

        // A certificate: a new one, then its successor, by what a handshake shows.
        foreach (var certificate in (TestCertificate[])[TestCertificate.For(Host), TestCertificate.For(Host)])
        {
            fleet.Manifests.Write("tls.yaml", Manifest.All(
                Manifest.Ingress("shop", "tls", Host, "/secure", "shop", tlsSecret: "shop-tls"), Manifest.TlsSecret("shop", "shop-tls", certificate)));
            foreach (var proxy in fleet.Proxies)
            {
                await Eventually.BecomesAsync(
                    async () => await Traffic.HandshakeAsync(proxy, Host), shown => shown == certificate.Thumbprint,
                    $"{proxy.Name} to show certificate {certificate.Thumbprint}", [proxy, fleet.Watcher]);
            }

            await fleet.ConvergedAsync();
        }

        // A deletion.
        fleet.Manifests.Delete("tls.yaml");
        await Traffic.IsNotFoundAsync(fleet.Proxies, Host, "/secure", fleet.Watcher);
        var agreed = await fleet.ConvergedAsync();
        Assert.False(agreed.Log("shop")!.Entities.ContainsKey("certificate"));
    }

    private static async Task KillsHurtNobodyAsync(Fleet fleet, KafkaBroker broker, Upstream upstream)
    {
        await using var load = PacedLoad.Start(fleet.Proxies, RequestsPerSecond, SteadyHost, "/", "200 first");
        await load.GoOnAsync();

        load.Say("the watcher is dead");
        var acknowledged = (await fleet.ConvergedAsync()).Log("shop")!.Commit;
        await UnderChangesAsync(fleet, upstream, async () =>
        {
            await load.GoOnAsync();
            await fleet.Watcher.KillAsync();
            await load.GoOnAsync();
            WriteShop(fleet, "/while-the-watcher-was-dead", upstream);
            fleet.Watcher.Start();
            await load.GoOnAsync();
        });
        await ArrivesAsync(fleet, load, "/while-the-watcher-was-dead", acknowledged);
        WriteShop(fleet, "/after-the-watcher", upstream);
        await ArrivesAsync(fleet, load, "/after-the-watcher", acknowledged + 1);

        foreach (var proxy in fleet.Proxies)
        {
            load.Say($"{proxy.Name} is dead");
            load.Of(proxy).Pause();
            await UnderChangesAsync(fleet, upstream, async () =>
            {
                await proxy.KillAsync();
                await load.GoOnAsync();
                await proxy.Start().WaitUntilReadyAsync();
                load.Of(proxy).Resume();
                await load.GoOnAsync();
            });
            WriteShop(fleet, $"/after-{proxy.Name}", upstream);
            await ArrivesAsync(fleet, load, $"/after-{proxy.Name}", acknowledged);
        }

        load.Say("the broker is dead");
        acknowledged = (await fleet.ConvergedAsync()).Log("shop")!.Commit;
        await UnderChangesAsync(fleet, upstream, async () =>
        {
            await load.GoOnAsync();
            await broker.KillAsync();
            await load.GoOnAsync();
            WriteShop(fleet, "/while-the-broker-was-dead", upstream);
            await load.GoOnAsync();
            await broker.RestartAsync();
        });
        await ArrivesAsync(fleet, load, "/while-the-broker-was-dead", acknowledged);
        WriteShop(fleet, "/after-the-broker", upstream);
        await ArrivesAsync(fleet, load, "/after-the-broker", acknowledged + 1);
        TestContext.Current.SendDiagnosticMessage(await load.AssertNoFailureAsync(atLeast: 500));
    }

    /// <summary>The change is served by all, nothing acknowledged before it is gone, and all agree.</summary>
    private static async Task ArrivesAsync(Fleet fleet, PacedLoad load, string path, long acknowledged)
    {
        await Traffic.BecomesAsync(fleet.Proxies, Host, path, "200 first", fleet.Watcher);
        await load.GoOnAsync();
        var agreed = await fleet.ConvergedAsync();
        Assert.True(agreed.Log("shop")!.Commit > acknowledged, $"Commit {acknowledged} was acknowledged, and now the log is at {agreed.Log("shop")!.Commit} only.");
    }

    /// <summary>Does something while another workspace changes all the time, so that it hits the watcher in the middle of its work.</summary>
    private static async Task UnderChangesAsync(Fleet fleet, Upstream upstream, Func<Task> disturb)
    {
        using var stop = new CancellationTokenSource();
        var changing = ChangeAsync();
        try
        {
            await disturb();
        }
        finally
        {
            await stop.CancelAsync();
        }

        await Traffic.BecomesAsync(fleet.Proxies, "busy.example", await changing, "200 first", fleet.Watcher);

        async Task<string> ChangeAsync()
        {
            var path = "";
            while (!stop.IsCancellationRequested)
            {
                path = $"/{Guid.NewGuid():N}";
                fleet.Manifests.Write("busy.yaml", Manifest.All(Manifest.Ingress("busy", "web", "busy.example", path, "web"), Manifest.Backend("busy", "web", upstream.Port)));
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return path;
        }
    }

    /// <summary>Every change set the watcher has ever called appended is in the history, as it was; none is there twice or missing.</summary>
    private static async Task HistoryIsCompleteAsync(Fleet fleet)
    {
        var agreed = await fleet.ConvergedAsync();
        foreach (var log in agreed.Logs)
        {
            var history = (await fleet.Topics.ReadHistoryAsync(Fleet.Log(log.Workspace))).Select(h => (h.Commit.Commit, Hash: h.Commit.ImageHash.ToString())).ToList();
            Assert.Equal(Enumerable.Range(1, (int)log.Commit).Select(c => (long)c), history.Select(h => h.Commit));
            Assert.Equal(log.ImageHash, history[^1].Hash);
            var acknowledged = Regex.Matches(fleet.Watcher.Output, $@"east/{log.Workspace}: commit (\d+) \(offset \d+\) appended, \d+ changes, image ([0-9a-f]{{32}})")
                .Select(m => (long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m.Groups[2].Value)).ToList();
            Assert.NotEmpty(acknowledged);
            Assert.Empty(acknowledged.Except(history));
        }
    }

    private static void WriteShop(Fleet fleet, string path, Upstream upstream) =>
        fleet.Manifests.Write("shop.yaml", Manifest.All(Manifest.Ingress("shop", "web", Host, path, "shop"), Manifest.Backend("shop", "shop", upstream.Port)));
}
