using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class DeadClientTests(SharedKafka kafka) : KafkaTestBase(kafka)
{
    [Fact]
    public async Task Monitor_SessionThatGetsNothingThoughThereIsMore_RebuildsTheClient()
    {
        var (store, log) = await Area.LogAsync(Shop);
        await using (var writer = await log.ClaimAsync(Token))
        {
            await writer.AppendAsync([Put("a", "1")], null, Token);
        }

        var options = Area.Options();
        var seen = new SeenEvents();
        var connection = new KafkaConnectionState(options, seen);
        await using var tailer = new KafkaTailer(options, connection, seen);
        await using var monitor = new KafkaMonitor(options, store.Admin, connection, TimeProvider.System, seen);
        var topic = await store.Admin.DescribeAsync(Area.Names.Config(Shop), Token);
        var offsets = (await store.Admin.GetOffsetsAsync([Area.Names.Config(Shop)], Token)).Values.Single();

        // Watched, but never given to the tailer: what a client that has lost its brokers for good looks like.
        monitor.Watch(new TailSession(Shop, topic!, 0, offsets), tailer);

        await seen.WaitForAsync(2015, Deadline);
    }

    [Fact]
    public async Task Rebuild_WhenAllSessionsHadEnded_TheFirstToBeReopenedIsReadAtOnce()
    {
        var (store, _) = await Area.LogAsync(Shop);
        await store.Topics.CreateAsync([Blog], Token);
        var options = Area.Options();
        var seen = new SeenEvents();
        await using var tailer = new KafkaTailer(options, new KafkaConnectionState(options, seen), seen);
        var (shop, blog) = (await NewSessionAsync(Shop), await NewSessionAsync(Blog));
        tailer.Add(shop);
        tailer.Add(blog);
        await FirstChunkAsync(shop);
        await FirstChunkAsync(blog);

        // As the monitor does when both topics were recreated; blog's reader is still busy with what it has read.
        shop.End(TailEnding.Recreated);
        blog.End(TailEnding.Recreated);
        tailer.Rebuild("both topics were recreated");
        await tailer.RemoveAsync(shop);
        var shopAgain = await NewSessionAsync(Shop);
        tailer.Add(shopAgain);

        // Nobody watches these sessions, so nothing would repair it later. The topic is empty: the chunk says that its end is reached.
        await FirstChunkAsync(shopAgain);
        await tailer.RemoveAsync(blog);
        var blogAgain = await NewSessionAsync(Blog);
        tailer.Add(blogAgain);
        await FirstChunkAsync(blogAgain);

        async Task<TailSession> NewSessionAsync(LogName log)
        {
            var topic = await store.Admin.DescribeAsync(Area.Names.Config(log), Token);
            return new TailSession(log, topic!, 0, (await store.Admin.GetOffsetsAsync([topic!.Topic], Token))[topic.Topic]);
        }

        static Task FirstChunkAsync(TailSession session) =>
            session.Chunks.ReadAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
    }

    [Fact]
    public async Task Read_TwoTopicsRecreatedAtOnce_BothStartAnewBeforeAStallIsSeen()
    {
        var (store, log) = await Area.LogAsync(Shop, o => o.CheckInterval = TimeSpan.FromSeconds(5));
        await store.Topics.CreateAsync([Blog], Token);
        await WriteAsync("old");
        var (shop, blog) = (Collect(log), Collect(store.Open(Blog)));
        await shop.WaitForKeyAsync("old");
        await blog.WaitForKeyAsync("old");

        await Area.DeleteTopicsAsync([.. new[] { Shop, Blog }.SelectMany(l => new[] { Area.Names.Config(l), Area.Names.History(l) })]);
        await store.Topics.CreateAsync([Shop, Blog], Token);
        await WriteAsync("new");
        var started = TimeProvider.System.GetTimestamp();
        await shop.WaitAsync(c => c.Records.Select(r => r.Key).SequenceEqual(["new"]), "the new record alone");
        await blog.WaitAsync(c => c.Records.Select(r => r.Key).SequenceEqual(["new"]), "the new record alone");

        // One check finds the new ids; repairing a stall takes three.
        var took = TimeProvider.System.GetElapsedTime(started);
        Assert.True(took < TimeSpan.FromSeconds(10), $"Both were read after {took}");
        Assert.All([shop, blog], c => Assert.Single(c.Batches, b => b.Reset == LogReset.Recreated));

        async Task WriteAsync(string key)
        {
            foreach (var name in new[] { Shop, Blog })
            {
                await using var writer = await store.Open(name).ClaimAsync(Token);
                await writer.AppendAsync([Put(key, "1")], null, Token);
            }
        }
    }

    [Fact]
    public async Task Monitor_SessionThatWaitsAtTheEndOrBehindAnOpenTransaction_LeavesTheClientAlone()
    {
        var (store, log) = await Area.LogAsync(Shop, o => o.CheckInterval = TimeSpan.FromMilliseconds(250));
        await using (var writer = await log.ClaimAsync(Token))
        {
            await writer.AppendAsync([Put("a", "1")], null, Token);
        }

        using var open = Area.Producer();
        open.BeginTransaction();
        await open.ProduceAsync(
            new Confluent.Kafka.TopicPartition(Area.Names.Config(Shop), 0), new Confluent.Kafka.Message<string, byte[]> { Key = "open", Value = [1] }, Token);

        var options = Area.Options(o => o.CheckInterval = TimeSpan.FromMilliseconds(250));
        var seen = new SeenEvents();
        await using var watched = new KafkaConfigLogStore(options, seen, TimeProvider.System);
        var collector = Collect(watched.Open(Shop));
        await collector.WaitForKeyAsync("a");
        await WaitForChecksAsync(8);
        open.AbortTransaction(Deadline);
        await collector.WaitForEndAsync();
        await WaitForChecksAsync(4);

        await collector.StopAsync();

        Assert.DoesNotContain(2015, seen.Ids);
        Assert.Contains(2011, seen.Ids);

        // A stall takes three checks to be seen as one.
        Task WaitForChecksAsync(int more) => seen.WaitForAsync(2025, Deadline, seen.Ids.Count(i => i == 2025) + more);
    }
}
