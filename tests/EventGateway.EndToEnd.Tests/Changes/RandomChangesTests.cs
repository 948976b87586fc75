using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Kafka;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Changes;

/// <summary>1,000 change sets at random under load: each answer is one that a config allows which was in force while the request ran.</summary>
public sealed class RandomChangesTests(SharedKafka kafka)
{
    private const int Requests = 100_000;
    private const int Changes = 1_000;
    private const int Workers = 16;

    [Fact]
    public async Task ChangeSets_AtRandom_NoAnswerThatNeitherTheOldNorTheNewConfigAllows()
    {
        var upstreams = await Task.WhenAll(Enumerable.Range(0, RandomShop.Backends + 2).Select(i => Upstream.StartAsync($"u{i}")));
        var shop = new RandomShop([.. upstreams.Select(u => (u.Name, u.Port))], seed: 20261125);
        await using var stage = await ChangeStage.StartAsync(await kafka.GetBootstrapServersAsync(), shop.Entities);
        await using var load = ClosedLoad.Start(Enumerable.Range(0, Workers).Select(i => Asking(stage, shop, new Random(i), overTls: i % 4 == 0)));
        for (var i = 0; i < Changes; i++)
        {
            var (put, remove) = shop.Change();
            await stage.ChangeAsync(put, remove);
            shop.Served();
        }

        await load.AssertNoFailureAsync(Requests, stage.Proxy);
        Assert.True(shop.SeenAnswers.Count >= RandomShop.Backends + 2, $"too little was seen: {string.Join(", ", shop.SeenAnswers.Keys)}");
        foreach (var upstream in upstreams)
        {
            await upstream.DisposeAsync();
        }
    }

    private static Func<Task<string?>> Asking(ChangeStage stage, RandomShop shop, Random random, bool overTls) => async () =>
    {
        var host = RandomShop.HostOf(random.Next(RandomShop.Hosts));
        var from = shop.Oldest;
        var answer = await stage.GetAsync(host, overTls);
        return shop.Allows(host, answer, from) ? null : $"{host}: {answer}, which no config from {from} to {shop.Newest} allows";
    };
}
