using System.Text;
using Confluent.Kafka;
using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class KafkaLogReaderTests(SharedKafka kafka) : KafkaTestBase(kafka)
{
    [Fact]
    public async Task Read_OnlyAnUndoneTransactionAtTheEnd_IsReachedAllTheSame()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using var writer = await log.ClaimAsync(Token);
        await writer.AppendAsync([Put("a", "1")], null, Token);
        await Area.AppendAbortedAsync(Area.Names.Config(Shop), 5);

        var collector = Collect(log);
        await collector.WaitForEndAsync();

        Assert.Equal(["a=1"], collector.Records.Select(Show));
        Assert.Equal(await log.GetEndAsync(Token), collector.Batches[^1].NextOffset);
    }

    [Fact]
    public async Task Read_TransactionOpenAtTheEnd_IsNotReachedUntilItEnds()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using (var writer = await log.ClaimAsync(Token))
        {
            await writer.AppendAsync([Put("a", "1")], null, Token);
        }

        using var open = Area.Producer();
        open.BeginTransaction();
        await open.ProduceAsync(
            new TopicPartition(Area.Names.Config(Shop), 0), new Message<string, byte[]> { Key = "open", Value = Encoding.UTF8.GetBytes("1") }, Token);
        var collector = Collect(log);
        await collector.WaitForKeyAsync("a");

        // Two more empty fetches would have said so by now, were it only the last stable offset that counts.
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Token);
        Assert.False(collector.ReachedEnd);
        Assert.DoesNotContain(collector.Records, r => r.Key == "open");

        open.CommitTransaction(Deadline);
        await collector.WaitForEndAsync();
        Assert.Equal(["a=1", "open=1"], collector.Records.Select(Show));
    }

    [Fact]
    public async Task Read_RecordsCutOffAtTheBeginning_ResetsToWhatIsLeft()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using var writer = await log.ClaimAsync(Token);
        await writer.AppendAsync([Put("a", "1")], null, Token);
        var cut = await writer.AppendAsync([Put("b", "1")], null, Token);
        var collector = Collect(log);
        await collector.WaitForKeyAsync("b");
        await collector.WaitForEndAsync();

        await Area.CutAsync(Area.Names.Config(Shop), cut);
        await writer.AppendAsync([Put("c", "1")], null, Token);
        await collector.WaitAsync(c => c.Batches.Any(b => b.Reset != LogReset.None), "a batch with a reset");
        await collector.WaitForKeyAsync("c");

        Assert.Equal([LogReset.Truncated], collector.Batches.Select(b => b.Reset).Where(r => r != LogReset.None));
        Assert.Equal(["b=1", "c=1"], collector.Records.Select(Show));
    }

    [Fact]
    public async Task Read_FromAPlaceThatIsCutOff_ResetsToWhatIsLeft()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using var writer = await log.ClaimAsync(Token);
        await writer.AppendAsync([Put("a", "1"), Put("a", "2")], null, Token);
        var cut = await writer.AppendAsync([Put("b", "1")], null, Token);
        await Area.CutAsync(Area.Names.Config(Shop), cut);

        var collector = Collect(log, fromOffset: 1);
        await collector.WaitForKeyAsync("b");

        Assert.Equal(LogReset.Truncated, collector.Batches[0].Reset);
        Assert.Equal(["b=1"], collector.Records.Select(Show));
    }

    [Fact]
    public async Task Read_TopicMissing_WaitsForItAndMakesNone()
    {
        var store = Area.Store();
        var collector = Collect(store.Open(Shop));
        await KafkaArea.UntilAsync(() => Task.FromResult(store.IsConnected), "the store to have asked Kafka");
        Assert.Empty(collector.Batches);
        Assert.DoesNotContain(Area.Names.Config(Shop), Area.TopicNames());

        await store.Topics.CreateAsync([Shop], Token);
        await collector.WaitForEndAsync();
        await using var writer = await store.Open(Shop).ClaimAsync(Token);
        await writer.AppendAsync([Put("a", "1")], null, Token);
        await collector.WaitForKeyAsync("a");
        Assert.All(collector.Batches, b => Assert.Equal(LogReset.None, b.Reset));
    }

    [Fact]
    public async Task Read_TopicDeletedAndLaterMadeAgain_KeepsStillThenStartsAnew()
    {
        var seen = new SeenEvents();
        var (store, log) = await Area.LogAsync(Shop, logs: seen);
        await using (var writer = await log.ClaimAsync(Token))
        {
            await writer.AppendAsync([Put("a", "old"), Put("b", "old"), Put("c", "old")], null, Token);
        }

        var collector = Collect(log);
        await collector.WaitForRecordsAsync(3);
        await Area.DeleteTopicsAsync(Area.Names.Config(Shop), Area.Names.History(Shop));
        await seen.WaitForAsync(2013, Deadline);
        await seen.WaitForAsync(2025, Deadline, seen.Ids.Count(i => i == 2025) + 2);
        Assert.Equal(3, collector.Records.Count);

        await store.Topics.CreateAsync([Shop], Token);
        await using (var writer = await log.ClaimAsync(Token))
        {
            await writer.AppendAsync([Put("a", "new")], null, Token);
        }

        await collector.WaitAsync(c => c.Batches.Any(b => b.Reset == LogReset.Recreated), "a batch with Recreated");
        await collector.WaitForEndAsync();
        await collector.WaitAsync(c => c.Records.Select(Show).SequenceEqual(["a=new"]), "the new log's record alone");
    }

    [Fact]
    public async Task Read_TwoPartitions_IsRefusedWithWhatToDo()
    {
        await Area.CreateTopicAsync(Area.Names.Config(Shop), 2, ("cleanup.policy", "compact"));
        await Area.CreateTopicAsync(Area.Names.History(Shop));
        var log = Area.Store().Open(Shop);

        var reading = await ReadingThrowsAsync<LogRefusedException>(log);
        var claiming = await Assert.ThrowsAsync<LogRefusedException>(() => log.ClaimAsync(Token));

        Assert.Contains($"topic {Area.Names.Config(Shop)} has 2 partitions and must have 1", reading.Message, StringComparison.Ordinal);
        Assert.Contains("eventgateway topics create", reading.Message, StringComparison.Ordinal);
        Assert.Equal(reading.Message, claiming.Message);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("compact,delete")]
    public async Task Read_NotCompactedOnly_IsRefusedWithWhatToDo(string policy)
    {
        await Area.CreateTopicAsync(Area.Names.Config(Shop), 1, ("cleanup.policy", policy));
        await Area.CreateTopicAsync(Area.Names.History(Shop));
        var log = Area.Store().Open(Shop);

        var reading = await ReadingThrowsAsync<LogRefusedException>(log);
        var claiming = await Assert.ThrowsAsync<LogRefusedException>(() => log.ClaimAsync(Token));

        Assert.Contains($"topic {Area.Names.Config(Shop)} has cleanup.policy={policy}", reading.Message, StringComparison.Ordinal);
        Assert.Contains($"--entity-name {Area.Names.Config(Shop)} --add-config cleanup.policy=compact", reading.Message, StringComparison.Ordinal);
        Assert.Equal(reading.Message, claiming.Message);
    }

    [Fact]
    public async Task Read_LateAfterCompaction_GivesTheLatestValuesWithGapsBetweenOffsets()
    {
        var (store, log) = await Area.LogAsync(Shop);
        await using var writer = await log.ClaimAsync(Token);
        for (var i = 0; i < 50; i++)
        {
            await writer.AppendAsync([.. Enumerable.Range(0, 10).Select(n => Put($"k{n}", $"{i}"))], null, Token);
        }

        var topic = Area.Names.Config(Shop);
        await Area.CompactAsync(topic, async () => await CountAsync(store.Open(Shop)) < 100);
        var late = Collect(Area.Store().Open(Shop));
        await late.WaitForEndAsync();

        var records = late.Records;
        Assert.True(records.Count < 100, $"{records.Count} records are left");
        Assert.Equal(
            Enumerable.Range(0, 10).Select(n => $"k{n}=49").Order(),
            records.GroupBy(r => r.Key).Select(g => Show(g.Last())).Order());
        Assert.True(records[^1].Offset > records.Count + 100, $"The last offset is {records[^1].Offset}, of {records.Count} records");
    }

    [Fact]
    public async Task Read_OneLogIsNotTaken_TheOthersGoOn()
    {
        var (store, log) = await Area.LogAsync(Shop);
        await store.Topics.CreateAsync([Blog], Token);
        await using var shopWriter = await log.ClaimAsync(Token);
        await using var blogWriter = await store.Open(Blog).ClaimAsync(Token);
        const int Appends = 10;
        const int Records = 8000;
        await using var idle = log.ReadAsync(0, Token).GetAsyncEnumerator(Token);
        Assert.True(await idle.MoveNextAsync());
        for (var i = 0; i < Appends; i++)
        {
            await shopWriter.AppendAsync([.. Enumerable.Range(0, Records).Select(n => Put($"{i}-{n}", "1"))], null, Token);
        }

        // All of it is read by now as far as there is room, and one chunk more.
        var blog = Collect(store.Open(Blog));
        for (var i = 0; i < 5; i++)
        {
            await blogWriter.AppendAsync([Put($"b{i}", "1")], null, Token);
            await blog.WaitForKeyAsync($"b{i}");
        }

        var taken = idle.Current.Records.Count;
        while (taken < Appends * Records)
        {
            Assert.True(await idle.MoveNextAsync().AsTask().WaitAsync(Deadline, TimeProvider.System));
            Assert.Equal($"{taken / Records}-{taken % Records}", idle.Current.Records.Count == 0 ? $"{taken / Records}-{taken % Records}" : idle.Current.Records[0].Key);
            taken += idle.Current.Records.Count;
        }

        Assert.Equal(Appends * Records, taken);
    }

    [Fact]
    public async Task Read_AddedToAReaderAtWork_DoesNotWaitForATimer()
    {
        var (store, log) = await Area.LogAsync(Shop);
        await Collect(log).WaitForEndAsync();
        var times = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            var name = new LogName("east", $"added{i}");
            await store.Topics.CreateAsync([name], Token);
            var started = TimeProvider.System.GetTimestamp();
            await Collect(store.Open(name)).WaitForEndAsync();
            times.Add(TimeProvider.System.GetElapsedTime(started));
        }

        var median = times.Order().ElementAt(times.Count / 2);
        Assert.True(median < TimeSpan.FromMilliseconds(800), $"Adding a log took {string.Join(", ", times)}");
    }

    [Fact]
    public async Task Rebuild_OfTheClient_GoesOnWhereEachLogWas()
    {
        var (store, log) = await Area.LogAsync(Shop);
        await store.Topics.CreateAsync([Blog], Token);
        await using var shopWriter = await log.ClaimAsync(Token);
        await using var blogWriter = await store.Open(Blog).ClaimAsync(Token);
        var shop = Collect(log);
        var blog = Collect(store.Open(Blog));
        for (var i = 0; i < 5; i++)
        {
            await shopWriter.AppendAsync([Put($"s{i}", "1")], null, Token);
            store.RebuildClients("a test asks for it");
            await blogWriter.AppendAsync([Put($"b{i}", "1")], null, Token);
            await shop.WaitForKeyAsync($"s{i}");
            await blog.WaitForKeyAsync($"b{i}");
        }

        Assert.Equal(["s0", "s1", "s2", "s3", "s4"], shop.Records.Select(r => r.Key));
        Assert.Equal(["b0", "b1", "b2", "b3", "b4"], blog.Records.Select(r => r.Key));
        Assert.All(shop.Batches.Concat(blog.Batches), b => Assert.Equal(LogReset.None, b.Reset));
    }

    [Fact]
    public async Task ReadHistory_TopicMissing_SaysSo()
    {
        var store = Area.Store();
        var error = await Assert.ThrowsAsync<LogUnavailableException>(async () => await store.Open(Shop).ReadHistoryAsync(0, Token).ToListAsync(Token));
        Assert.Contains($"topic {Area.Names.History(Shop)} does not exist", error.Message, StringComparison.Ordinal);
    }

    private async Task<int> CountAsync(IConfigLog log)
    {
        var collector = Collect(log);
        await collector.WaitForEndAsync();
        await collector.StopAsync();
        return collector.Records.Count;
    }
}
