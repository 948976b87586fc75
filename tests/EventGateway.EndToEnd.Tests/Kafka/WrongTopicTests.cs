using System.Text;
using EventGateway.Core.Wire;
using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Kafka;

/// <summary>Topics and records that are not as they must be: what is told, and that everything else goes on.</summary>
public sealed class WrongTopicTests(SharedKafka kafka)
{
    [Fact]
    public async Task Topics_WithTwoPartitionsOrDeletePolicy_AreRefusedByNameWithTheFixAndTheOthersServe()
    {
        await using var upstream = await Upstream.StartAsync("shop");
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        var (wide, fleeting) = (fleet.Topics.Names.Config(Fleet.Log("wide")), fleet.Topics.Names.Config(Fleet.Log("fleeting")));
        await fleet.Topics.CreateAsync(wide, partitions: 2, ("cleanup.policy", "compact"));
        await fleet.Topics.CreateAsync(fleeting, 1, ("cleanup.policy", "delete"));
        foreach (var workspace in (string[])["wide", "fleeting", "good"])
        {
            WriteTeam(fleet, workspace, upstream);
        }

        fleet.Watcher.Start();
        var proxy = await fleet.NewProxy("proxy").Start().WaitUntilReadyAsync();
        await Traffic.BecomesAsync([proxy], "good.example", "/", "200 shop", fleet.Watcher);

        string[] twoPartitions = [$"topic {wide} has 2 partitions and must have 1", $"delete {wide} ('kafka-topics.sh --bootstrap-server {fleet.Topics.Servers} --delete --topic {wide}') and run 'eventgateway topics create --kafka {fleet.Topics.Servers} --prefix"];
        string[] deletePolicy = [fleeting, "cleanup.policy", "delete", $"--alter --entity-type topics --entity-name {fleeting} --add-config cleanup.policy=compact"];
        await IsToldAsync(fleet.Watcher, "wide", twoPartitions);
        await IsToldAsync(fleet.Watcher, "fleeting", deletePolicy);
        await IsToldAsync(proxy, "wide", twoPartitions);
        await IsToldAsync(proxy, "fleeting", deletePolicy);
        Assert.Null((await proxy.GetStatusAsync())!.Log("good")!.Fault);
        Assert.Contains("wide is not up to date", await fleet.Watcher.GetReadinessAsync(), StringComparison.Ordinal);

        // 'topics verify' says the same, and a change of the good one still goes through.
        await using var verify = new GatewayProcess("topics verify", "topics", "verify", "--kafka", fleet.Topics.Servers, "--prefix", fleet.Topics.Prefix);
        Assert.Equal(1, await verify.Start().WaitForExitAsync());
        Assert.Contains("cleanup.policy", verify.Output, StringComparison.Ordinal);
        fleet.Manifests.Write("more.yaml", Manifest.Ingress("good", "more", "more.example", "/", "web"));
        await Traffic.BecomesAsync([proxy], "more.example", "/", "200 shop", fleet.Watcher);

        // Once a person has done what was said, both go on by themselves.
        await fleet.Topics.DeleteAsync(wide);
        await fleet.Topics.AlterAsync(fleeting, "cleanup.policy", "compact");
        await Traffic.BecomesAsync([proxy], "wide.example", "/", "200 shop", fleet.Watcher);
        await Traffic.BecomesAsync([proxy], "fleeting.example", "/", "200 shop", fleet.Watcher);
        await fleet.ConvergedAsync();
    }

    [Fact]
    public async Task Record_Corrupt_ItsKeyIsReportedAndKeepsItsValueAndTheWatcherMendsIt()
    {
        const string Key = "route/shop/web/0.0";
        await using var upstream = await Upstream.StartAsync("shop");
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        var topic = fleet.Topics.Names.Config(Fleet.Log("shop"));
        WriteTeam(fleet, "shop", upstream);
        fleet.Manifests.Write("other.yaml", Manifest.Ingress("shop", "other", "other.example", "/", "web"));
        var warm = fleet.NewProxy("warm");
        await fleet.StartAsync();
        await Traffic.BecomesAsync([warm], "shop.example", "/", "200 shop", fleet.Watcher);
        var before = await fleet.ConvergedAsync();

        // While nobody mends: the key keeps the value before, also for one that comes now.
        await fleet.Watcher.KillAsync();
        await fleet.Topics.ProduceAsync(topic, Key, Encoding.UTF8.GetBytes("not an envelope"));
        await fleet.Topics.BeatAsync(Fleet.Log("shop"));
        var status = await warm.WaitForStatusAsync(s => !s.Log("shop")!.Refused.IsEmpty, "to report the record");
        var refused = Assert.Single(status.Log("shop")!.Refused);
        Assert.Equal(Key, refused.Key);
        Assert.Matches(@"^the record at offset \d+ cannot be read: .*; the watcher puts it back$|^the record holds no envelope: .*; the watcher puts it back$", refused.Reason);
        await warm.WaitForOutputAsync($"east/shop: {Key} keeps its previous value: ");
        var cold = await fleet.NewProxy("cold").Start().WaitUntilReadyAsync();
        await Traffic.BecomesAsync([cold, warm], "other.example", "/", "200 shop");
        Assert.Equal("200 shop", await Traffic.GetAsync(warm, "shop.example", "/"));
        Assert.Equal("200 shop", await Traffic.GetAsync(cold, "shop.example", "/"));
        Assert.Equal(Key, Assert.Single((await cold.GetStatusAsync())!.Log("shop")!.Refused).Key);

        await fleet.Watcher.Start().WaitUntilReadyAsync();
        await MendedAsync(fleet, before.ImageHash);
        await Traffic.BecomesAsync([cold, warm], "shop.example", "/", "200 shop", fleet.Watcher);

        // With the watcher at work it is mended without anybody doing anything.
        var records = (await fleet.Topics.DecodeAsync(Fleet.Log("shop"))).Count;
        await fleet.Topics.ProduceAsync(topic, Key, [0xff, 0xff, 0xff]);
        await Eventually.HoldsAsync(
            async () => (await fleet.Topics.DecodeAsync(Fleet.Log("shop"))).Skip(records).OfType<DecodedRecord.Put>().Any(p => p.Entity.Key.Text == Key),
            $"the watcher to write {Key} again", fleet.All);
        await MendedAsync(fleet, before.ImageHash);
    }

    [Fact]
    public async Task Certificate_ProxyWithoutKeyRing_RefusesItByNameAndServesTheRest()
    {
        var certificate = TestCertificate.For("shop.example");
        await using var upstream = await Upstream.StartAsync("shop");
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        WriteTeam(fleet, "shop", upstream);
        fleet.Manifests.Write("tls.yaml", Manifest.All(
            Manifest.Ingress("shop", "tls", "shop.example", "/secure", "web", tlsSecret: "shop-tls"), Manifest.TlsSecret("shop", "shop-tls", certificate)));
        var with = fleet.NewProxy("with-key-ring");
        var without = fleet.NewProxy("without-key-ring", keyRing: false);
        await fleet.StartAsync();
        await Traffic.BecomesAsync(fleet.Proxies, "shop.example", "/", "200 shop", fleet.Watcher);

        var status = await without.WaitForStatusAsync(s => !s.Log("shop")!.Refused.IsEmpty, "to refuse the certificate");
        var refused = Assert.Single(status.Log("shop")!.Refused);
        Assert.Equal("certificate/shop/shop-tls", refused.Key);
        Assert.Equal("no --key-ring given: certificate Secret shop/shop-tls cannot be opened", refused.Reason);
        await without.WaitForOutputAsync($"east/shop: certificate/shop/shop-tls");
        Assert.Equal("200 shop", await Traffic.GetAsync(without, "shop.example", "/"));
        Assert.Empty((await with.GetStatusAsync())!.Log("shop")!.Refused);
        Assert.Equal(certificate.Thumbprint, await Traffic.HandshakeAsync(with, "shop.example"));
        var shown = await Traffic.HandshakeAsync(without, "shop.example");
        Assert.Matches("^[0-9A-F]{40}$", shown);
        Assert.NotEqual(certificate.Thumbprint, shown);

        // Both have the same image: what one cannot use is still what the log says.
        await fleet.ConvergedAsync();
        var words = certificate.KeyPem.Split('\n')[1];
        Assert.All(fleet.All, p => Assert.DoesNotContain(words, p.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watcher_WithoutKeyRing_RefusesTheCertificateByNameAndPublishesTheRest()
    {
        await using var upstream = await Upstream.StartAsync("shop");
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        WriteTeam(fleet, "shop", upstream);
        fleet.Manifests.Write("tls.yaml", Manifest.All(
            Manifest.Ingress("shop", "tls", "shop.example", "/secure", "web", tlsSecret: "shop-tls"), Manifest.TlsSecret("shop", "shop-tls", TestCertificate.For("shop.example"))));
        await using var watcher = new GatewayProcess(
            "watcher",
            "watcher", "--kafka", fleet.Topics.Servers, "--prefix", fleet.Topics.Prefix, "--origin", Fleet.Origin, "--manifests", fleet.Manifests.Path, "--create-topics",
            "--status-port", "{status}", "--bind", "127.0.0.1");
        await watcher.Start().WaitUntilReadyAsync();
        var refused = Assert.Single((await watcher.GetStatusAsync())!.Log("shop")!.Refused);
        Assert.Equal("certificate/shop/shop-tls", refused.Key);
        Assert.Equal("its private key cannot be sealed: give the watcher a --key-ring (make one with 'eventgateway keys new')", refused.Reason);
        var proxy = await fleet.NewProxy("proxy").Start().WaitUntilReadyAsync();
        await Traffic.BecomesAsync([proxy], "shop.example", "/", "200 shop", watcher);
        await Traffic.BecomesAsync([proxy], "shop.example", "/secure", "200 shop", watcher);
    }

    [Fact]
    public async Task Object_OfFourMebibytes_IsRefusedByNameAndTheOthersGoOn()
    {
        await using var upstream = await Upstream.StartAsync("shop");
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        WriteTeam(fleet, "shop", upstream);
        var proxy = fleet.NewProxy("proxy");
        await fleet.StartAsync();
        var certificate = TestCertificate.For("huge.example");
        var huge = certificate with { ChainPem = string.Concat(Enumerable.Repeat(certificate.ChainPem + "\n", (4 * 1024 * 1024 / certificate.ChainPem.Length) + 1)) };
        fleet.Manifests.Write("huge.yaml", Manifest.All(
            Manifest.Ingress("shop", "huge", "huge.example", "/", "web", tlsSecret: "huge-tls"), Manifest.TlsSecret("shop", "huge-tls", huge)));

        await fleet.Watcher.WaitForOutputAsync("5 objects, 3 accepted, 2 refused, 0 skipped");
        Assert.Matches(
            @"Secret shop/huge-tls \(\S+/huge\.yaml:\d+\) is refused: line \d+: the object has 5\.\d MiB; more than 1\.5 MiB fit neither into Kubernetes nor into the log, split it",
            fleet.Watcher.Output);
        Assert.Contains("Secret shop/huge-tls does not exist; create it as kubernetes.io/tls. Until then its hosts are served without it", fleet.Watcher.Output, StringComparison.Ordinal);
        await Traffic.BecomesAsync([proxy], "huge.example", "/", "200 shop", fleet.Watcher);
        fleet.Manifests.Write("more.yaml", Manifest.Ingress("shop", "more", "more.example", "/", "web"));
        await Traffic.BecomesAsync([proxy], "more.example", "/", "200 shop", fleet.Watcher);
    }

    private static async Task IsToldAsync(GatewayProcess process, string workspace, params string[] parts)
    {
        var status = await process.WaitForStatusAsync(s => s.Log(workspace)?.Fault is not null, $"to have a fault for {workspace}");
        Assert.All(parts, p => Assert.Contains(p, status.Log(workspace)!.Fault, StringComparison.Ordinal));
        await process.WaitForOutputAsync(parts[0]);
    }

    private static async Task MendedAsync(Fleet fleet, string imageHash)
    {
        foreach (var proxy in fleet.Proxies)
        {
            await proxy.WaitForStatusAsync(s => s.Log("shop") is { Refused.IsEmpty: true, HashMatches: true } log && s.ImageHash == imageHash, $"to have image {imageHash} whole");
        }

        await fleet.ConvergedAsync();
    }

    private static void WriteTeam(Fleet fleet, string workspace, Upstream upstream) => fleet.Manifests.Write($"{workspace}.yaml", Manifest.All(
        Manifest.Ingress(workspace, "web", $"{workspace}.example", "/", "web"), Manifest.Backend(workspace, "web", upstream.Port)));
}
