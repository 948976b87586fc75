using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Kafka;

/// <summary>Kafka really compacts the topic, and nobody can tell by what is served.</summary>
public sealed class CompactionTests(SharedKafka kafka)
{
    private const int Routes = 200;
    private const int Rewrites = 6;

    [Fact]
    public async Task Compaction_ThenAProxyStarts_ItHasTheImageOfOneThatSawEveryRecord()
    {
        await using var upstream = await Upstream.StartAsync("shop");
        await using var fleet = new Fleet(await kafka.GetBootstrapServersAsync());
        await fleet.Topics.CreateAsync(
            fleet.Topics.Names.Config(Fleet.Log("shop")), 1,
            ("cleanup.policy", "compact"), ("segment.ms", "500"), ("min.cleanable.dirty.ratio", "0.001"), ("max.compaction.lag.ms", "500"), ("delete.retention.ms", "100"));
        WriteRoutes(fleet, 0, Routes, upstream);
        var witness = fleet.NewProxy("witness");
        await fleet.StartAsync();

        // Each route is written again and again, and half of them are then removed.
        for (var i = 1; i <= Rewrites; i++)
        {
            WriteRoutes(fleet, i, Routes, upstream);
            await Traffic.BecomesAsync([witness], "shop.example", $"/{i}/0", "200 shop", fleet.Watcher);
        }

        for (var left = Routes; left > Routes / 2; left -= Routes / 10)
        {
            // Less than the guard against mass removal holds.
            WriteRoutes(fleet, Rewrites, left - (Routes / 10), upstream);
            await Traffic.IsNotFoundAsync([witness], "shop.example", $"/{Rewrites}/{left - 1}", fleet.Watcher);
        }

        var before = await fleet.ConvergedAsync();
        var entities = before.Log("shop")!.Entities.Values.Sum();
        const int Written = Routes * Rewrites;
        var (readable, end) = (0, 0L);
        await Eventually.BecomesAsync(
            async () =>
            {
                var (records, logEnd) = await fleet.Topics.ReadAsync(Fleet.Log("shop"));
                (readable, end) = (records.Count, logEnd);
                return $"{readable} readable records, end offset {end}, {entities} entities";
            },
            // Live entities, the last commit, and what came since the last pass.
            _ => readable < entities + 20, "compaction to leave little more than one record a key", fleet.All);
        Assert.True(end > Written, $"The log ends at {end}: fewer than {Written} records were ever written, so nothing was to be compacted.");

        var late = await fleet.NewProxy("late").Start().WaitUntilReadyAsync();
        var after = await fleet.ConvergedAsync();
        Assert.Equal(before.ImageHash, after.ImageHash);
        Assert.Equal(before.ImageHash, (await late.GetStatusAsync())!.ImageHash);
        Assert.Equal((Routes / 2) + 2, entities);
        await Traffic.BecomesAsync([late], "shop.example", $"/{Rewrites}/{(Routes / 2) - 1}", "200 shop");
        await Traffic.IsNotFoundAsync([late], "shop.example", $"/{Rewrites}/{Routes / 2}");
        await Traffic.IsNotFoundAsync([late], "shop.example", "/1/0");
    }

    private static void WriteRoutes(Fleet fleet, int version, int count, Upstream upstream) => fleet.Manifests.Write("shop.yaml", Manifest.All(
        [
            Manifest.Backend("shop", "shop", upstream.Port),
            .. Enumerable.Range(0, count).Select(i => Manifest.Ingress("shop", $"route-{i}", "shop.example", $"/{version}/{i}", "shop")),
        ]));
}
