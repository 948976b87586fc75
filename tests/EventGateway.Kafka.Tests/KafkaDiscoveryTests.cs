using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class KafkaDiscoveryTests(SharedKafka kafka) : KafkaTestBase(kafka)
{
    [Fact]
    public async Task WatchLogs_TopicsComeAndGo_GivesTheWholeSetEachTime()
    {
        var store = Area.Store();
        await store.Topics.CreateAsync([Shop], Token);
        await Area.CreateTopicAsync($"{Area.Prefix}.not.a.log.config");
        await Area.CreateTopicAsync($"{Area.Prefix}.east.onlyhistory.history");
        await Area.CreateTopicAsync($"{Area.Prefix}x.east.other.config");
        await using var sets = store.WatchLogsAsync(Token).GetAsyncEnumerator(Token);

        Assert.Equal([Shop], await NextAsync(sets));
        await store.Topics.CreateAsync([Blog], Token);
        Assert.Equal([Blog, Shop], await NextAsync(sets));
        await Area.DeleteTopicsAsync(Area.Names.Config(Shop), Area.Names.History(Shop));
        Assert.Equal([Blog], await NextAsync(sets));
    }

    [Fact]
    public async Task WatchLogs_DisposedStore_Ends()
    {
        var store = Area.Store();
        await using var sets = store.WatchLogsAsync(Token).GetAsyncEnumerator(Token);
        Assert.Empty(await NextAsync(sets));
        var next = NextAsync(sets);
        await store.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private static async Task<IEnumerable<LogName>> NextAsync(IAsyncEnumerator<IReadOnlySet<LogName>> sets)
    {
        Assert.True(await sets.MoveNextAsync().AsTask().WaitAsync(Deadline, TimeProvider.System));
        return sets.Current.Order();
    }
}
