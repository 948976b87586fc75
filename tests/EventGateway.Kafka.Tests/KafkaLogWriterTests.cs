using System.Text;
using Confluent.Kafka;
using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class KafkaLogWriterTests(SharedKafka kafka) : KafkaTestBase(kafka)
{
    [Fact]
    public async Task Claim_WhileTheOlderHasATransactionOpen_NothingOfItIsEverRead()
    {
        var (_, log) = await Area.LogAsync(Shop);
        var config = new TopicPartition(Area.Names.Config(Shop), 0);
        var history = new TopicPartition(Area.Names.History(Shop), 0);
        using var older = Area.Producer(Area.Names.TransactionalId(Shop));
        older.BeginTransaction();
        await older.ProduceAsync(config, new Message<string, byte[]> { Key = "open", Value = Encoding.UTF8.GetBytes("older") }, Token);
        await older.ProduceAsync(history, new Message<string, byte[]> { Key = "open", Value = Encoding.UTF8.GetBytes("older") }, Token);
        var collector = Collect(log);

        await using var newer = await log.ClaimAsync(Token);
        await newer.AppendAsync([Put("a", "newer")], Put("h", "newer"), Token);
        var fenced = Assert.ThrowsAny<KafkaException>(() => older.CommitTransaction(Deadline));
        await newer.AppendAsync([Put("b", "newer")], null, Token);
        await collector.WaitForKeyAsync("b");
        await collector.WaitForEndAsync();

        Assert.True(KafkaFaults.IsFenced(fenced.Error.Code), $"The older writer's commit ended with {fenced.Error}");
        Assert.Equal(["a=newer", "b=newer"], collector.Records.Select(Show));
        Assert.Equal(["h=newer"], await log.ReadHistoryAsync(0, Token).Select(Show).ToListAsync(Token));
    }

    [Fact]
    public async Task Append_FirstOfAWriter_IsAboutAsFastAsTheOthers()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using (var warm = await log.ClaimAsync(Token))
        {
            await warm.AppendAsync([Put("warm", "the broker's code")], Put("h", "1"), Token);
        }

        await using var writer = await log.ClaimAsync(Token);
        var first = await TimeAsync(writer);
        var others = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            others.Add(await TimeAsync(writer));
        }

        // Not knowing the topics costs a timer of a second.
        var median = others.Order().ElementAt(others.Count / 2);
        Assert.True(first < median + TimeSpan.FromMilliseconds(600), $"The first append took {first}, the median of the others is {median}");
    }

    [Fact]
    public async Task Append_RecordLargerThanTheClientTakes_IsRefusedNamingKeySizeAndSetting()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using var writer = await log.ClaimAsync(Token);

        var refusal = await Assert.ThrowsAsync<LogRefusedException>(
            () => writer.AppendAsync([new LogRecord("route/shop/huge/0", new byte[4 * 1024 * 1024])], null, Token));
        await writer.AppendAsync([Put("after", "1")], null, Token);

        Assert.True(refusal.ConcernsRecord);
        Assert.Contains("route/shop/huge/0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("4194304", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("message.max.bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_RecordAlmostFourMebibytes_IsAppended()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using var writer = await log.ClaimAsync(Token);
        var value = new byte[(4 * 1024 * 1024) - 1024];
        Random.Shared.NextBytes(value);
        var collector = Collect(log);

        await writer.AppendAsync([new LogRecord("large", value), Put("commit", "1")], new LogRecord("h", value), Token);
        await collector.WaitForKeyAsync("commit");

        Assert.True(collector.Records[0].Value!.Value.Span.SequenceEqual(value));
    }

    [Fact]
    public async Task Append_RecordLargerThanTheTopicTakes_IsRefusedNamingTheTopic()
    {
        await Area.CreateTopicAsync(Area.Names.Config(Shop), 1, ("cleanup.policy", "compact"), ("max.message.bytes", "10000"));
        await Area.CreateTopicAsync(Area.Names.History(Shop));
        var log = Area.Store().Open(Shop);
        await using var writer = await log.ClaimAsync(Token);

        var refusal = await Assert.ThrowsAsync<LogRefusedException>(
            () => writer.AppendAsync([new LogRecord("route/shop/large/0", new byte[20_000])], null, Token));

        Assert.Contains("route/shop/large/0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"10000 that max.message.bytes of topic {Area.Names.Config(Shop)}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_RecordTheBrokerRefuses_IsRefusedAndTheWriterGoesOn()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using var writer = await log.ClaimAsync(Token);

        // The limit shrinks after the writer has asked for it, so the broker is the one to refuse.
        await Area.AlterAsync(Area.Names.Config(Shop), ("max.message.bytes", "5000"));
        var value = new byte[100_000];
        Random.Shared.NextBytes(value);
        LogRefusedException? refusal = null;
        await KafkaArea.UntilAsync(
            async () =>
            {
                refusal = await Record.ExceptionAsync(() => writer.AppendAsync([new LogRecord("big", value)], null, Token)) as LogRefusedException;
                return refusal is not null;
            },
            "the broker to refuse a record of 100000 bytes");
        await writer.AppendAsync([Put("after", "1")], null, Token);

        Assert.True(refusal!.ConcernsRecord);
        Assert.Contains("big", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claim_MissingTopics_SaysHowToMakeThem()
    {
        var log = Area.Store().Open(Shop);

        var claim = await Assert.ThrowsAsync<LogUnavailableException>(() => log.ClaimAsync(Token));
        var end = await Assert.ThrowsAsync<LogUnavailableException>(() => log.GetEndAsync(Token));

        Assert.Contains($"topic {Area.Names.Config(Shop)} does not exist", claim.Message, StringComparison.Ordinal);
        Assert.Contains("eventgateway topics create --kafka ", claim.Message, StringComparison.Ordinal);
        Assert.Contains(" --origin east --workspace shop'", claim.Message, StringComparison.Ordinal);
        Assert.Contains("--create-topics", claim.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claim_MissingTopicsAndToldToMakeThem_MakesThemAsRecommended()
    {
        var store = Area.Store(o => o.CreateTopics = true);
        await using var writer = await store.Open(Shop).ClaimAsync(Token);
        await writer.AppendAsync([Put("a", "1")], Put("h", "1"), Token);

        Assert.Empty(await store.Topics.VerifyAsync([Shop], Token));
    }

    [Fact]
    public async Task Append_AfterDispose_OrWhenCancelledBefore_AppendsNothing()
    {
        var (_, log) = await Area.LogAsync(Shop);
        await using var writer = await log.ClaimAsync(Token);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.AppendAsync([Put("a", "1")], null, cancelled.Token));

        Assert.Equal(0, await log.GetEndAsync(Token));
        await writer.AppendAsync([Put("b", "1")], null, Token);
    }

    private static async Task<TimeSpan> TimeAsync(IConfigLogWriter writer)
    {
        var started = TimeProvider.System.GetTimestamp();
        await writer.AppendAsync([Put("a", "1"), Put("commit", "1")], Put("h", "1"), Token);
        return TimeProvider.System.GetElapsedTime(started);
    }
}
