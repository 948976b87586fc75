using EventGateway.Core.Log;
using Xunit;

namespace EventGateway.TestKit.Logs;

public abstract partial class ConfigLogConformance
{
    private const int GroupSize = 40;

    [Fact]
    public async Task Append_WhileOthersRead_IsSeenWholeAndUnmixed()
    {
        var (_, log, writer) = await ShopAsync();
        var readers = Enumerable.Range(0, 3).Select(_ => Collect(log)).ToList();
        for (var i = 0; i < 30; i++)
        {
            await AppendAsync(writer, Group($"g{i}"));
        }

        foreach (var reader in readers)
        {
            await reader.WaitForRecordsAsync(30 * GroupSize);
            Assert.Equal(Enumerable.Range(0, 30).Select(i => $"g{i}"), WholeGroups(reader.Records));
        }
    }

    [Fact]
    public async Task Append_Cancelled_IsInTheLogWholeOrNotAtAll()
    {
        var (_, log, writer) = await ShopAsync();
        var collector = Collect(log);
        var acknowledged = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            using var cancel = new CancellationTokenSource();
            var append = writer.AppendAsync(Group($"g{i}"), null, cancel.Token);
            await cancel.CancelAsync();
            var failure = await Record.ExceptionAsync(() => Within(append, "a cancelled append to end"));
            Assert.True(failure is null or OperationCanceledException or LogUnavailableException, $"A cancelled append ended with {failure}");
            if (failure is null)
            {
                acknowledged.Add($"g{i}");
                continue;
            }

            await writer.DisposeAsync();
            writer = await ClaimAsync(log);
        }

        await AppendAsync(writer, Put("end", "1"));
        await collector.WaitForKeyAsync("end");

        var groups = WholeGroups(collector.Records.Where(r => r.Key != "end"));
        Assert.Empty(acknowledged.Except(groups));
        Assert.Equal(groups.Order(StringComparer.Ordinal), groups);
    }

    [Fact]
    public async Task Append_ValueTooLarge_IsRefusedByKeyAndTheWriterGoesOn()
    {
        var (_, log, writer) = await ShopAsync();
        var end = await log.GetEndAsync(Token);

        var refusal = await Assert.ThrowsAsync<LogRefusedException>(
            () => AppendAsync(writer, Put("small", "1"), Put("too-large", new byte[OversizeLength]), Put("commit", "1")));
        await AppendAsync(writer, Put("after", "1"));

        Assert.True(refusal.ConcernsRecord);
        Assert.Contains("too-large", refusal.Message, StringComparison.Ordinal);
        AssertRecords([Put("after", "1")], await ReadAllAsync(log));
        Assert.True(await log.GetEndAsync(Token) > end);
        Assert.Empty(await ReadHistoryAsync(log));
    }

    [Fact]
    public async Task Append_NoRecords_IsABugOfTheCaller()
    {
        var (_, _, writer) = await ShopAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => AppendAsync(writer));
    }

    [Fact]
    public async Task Claim_ByAnother_FencesTheOlderWriter()
    {
        var (_, log, older) = await ShopAsync();
        await AppendAsync(older, Put("a", "older"));

        var newer = await ClaimAsync(log);
        await Assert.ThrowsAsync<LogFencedException>(() => AppendWithHistoryAsync(older, Put("h", "1"), Put("a", "fenced"), Put("b", "fenced")));
        await AppendAsync(newer, Put("a", "newer"));
        await Assert.ThrowsAsync<LogFencedException>(() => AppendAsync(older, Put("a", "fenced again")));
        await AppendAsync(newer, Put("c", "newer"));

        AssertRecords([Put("a", "older"), Put("a", "newer"), Put("c", "newer")], await ReadAllAsync(log));
        Assert.Empty(await ReadHistoryAsync(log));
    }

    [Fact]
    public async Task Claim_ByAnotherProcess_FencesTheOlderWriter()
    {
        var (_, log, older) = await ShopAsync();
        await AppendAsync(older, Put("a", "older"));
        var second = (await SecondStoreAsync()).Open(Shop);
        var collector = Collect(second);
        await collector.WaitForKeyAsync("a");

        var newer = await ClaimAsync(second);
        await Assert.ThrowsAsync<LogFencedException>(() => AppendAsync(older, Put("a", "fenced")));
        await AppendAsync(newer, Put("b", "newer"));
        await collector.WaitForKeyAsync("b");

        AssertRecords([Put("a", "older"), Put("b", "newer")], collector.Records);
        AssertRecords([Put("a", "older"), Put("b", "newer")], await ReadAllAsync(log));
    }

    [Fact]
    public async Task Claim_WhileTheOlderAppends_NothingOfTheOlderComesAfterIt()
    {
        var (_, log, older) = await ShopAsync();
        var acknowledged = new List<string>();
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var appending = Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                await older.AppendAsync(Group($"older{i:D6}"), null, Token);
                acknowledged.Add($"older{i:D6}");
                began.TrySetResult();
            }
        });
        await began.Task.WaitAsync(Deadline, TimeProvider.System);

        var newer = await ClaimAsync(log);
        await AppendAsync(newer, Group("newer"));
        var failure = await Record.ExceptionAsync(() => appending.WaitAsync(Deadline, TimeProvider.System));
        await AppendAsync(newer, Put("end", "1"));

        Assert.True(failure is LogFencedException or LogUnavailableException, $"The older writer ended with {failure}");
        await Assert.ThrowsAsync<LogFencedException>(() => AppendAsync(older, Put("a", "fenced")));
        var records = await ReadAllAsync(log);
        var groups = WholeGroups(records.Where(r => r.Key != "end"));
        Assert.Equal("newer", groups[^1]);
        Assert.Empty(acknowledged.Except(groups));
        Assert.InRange(groups.Count, acknowledged.Count + 1, acknowledged.Count + 2);
        Assert.Equal("end", records[^1].Key);
    }

    [Fact]
    public async Task Claim_Repeated_TheLastOneWrites()
    {
        var (_, log, first) = await ShopAsync();
        await AppendAsync(first, Put("a", "0"));
        var writer = first;
        for (var i = 1; i <= 4; i++)
        {
            var next = await ClaimAsync(log);
            await writer.DisposeAsync();
            writer = next;
            await AppendAsync(writer, Put("a", $"{i}"));
        }

        await writer.DisposeAsync();
        writer = await ClaimAsync(log);
        await AppendAsync(writer, Put("a", "after dispose"));

        Assert.Equal(
            ["a = 0", "a = 1", "a = 2", "a = 3", "a = 4", "a = after dispose"],
            (await ReadAllAsync(log)).Select(Show));
    }

    [Fact]
    public async Task Claim_SeveralAtOnce_ExactlyOneCanAppend()
    {
        var (_, log, _) = await ShopAsync();
        var writers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ClaimAsync(log))));

        var succeeded = 0;
        for (var i = 0; i < writers.Length; i++)
        {
            var failure = await Record.ExceptionAsync(() => AppendAsync(writers[i], Put($"writer{i}", "1")));
            Assert.True(failure is null or LogFencedException, $"An append ended with {failure}");
            succeeded += failure is null ? 1 : 0;
        }

        Assert.Equal(1, succeeded);
        Assert.Single(await ReadAllAsync(log));
    }

    [Fact]
    public async Task Open_SameName_IsTheSameLog()
    {
        var store = await StoreAsync();
        Assert.Same(store.Open(Shop), store.Open(new LogName(Shop.Origin, Shop.Workspace)));
        Assert.NotSame(store.Open(Shop), store.Open(Blog));
        Assert.Equal(Shop, store.Open(Shop).Name);
        Assert.Contains(store.Source, new[] { "kafka", "embedded" });
    }

    [Fact]
    public async Task Logs_OfOneStore_AreIndependent()
    {
        var (store, shop, shopWriter) = await ShopAsync();
        var blog = await LogAsync(store, Blog);
        var reader = Collect(blog);
        await AppendWithHistoryAsync(shopWriter, Put("history", "of shop"), Put("a", "shop"));

        var blogWriter = await ClaimAsync(blog);
        await AppendWithHistoryAsync(blogWriter, Put("a", "blog"), Put("b", "blog"));
        await ClaimAsync(blog);
        await AppendAsync(shopWriter, Put("c", "shop"));
        await Assert.ThrowsAsync<LogFencedException>(() => AppendAsync(blogWriter, Put("a", "fenced")));

        await reader.WaitAsync(c => c.Records.Count > 0, "the record of blog");
        AssertRecords([Put("a", "shop"), Put("c", "shop")], await ReadAllAsync(shop));
        AssertRecords([Put("b", "blog")], await ReadAllAsync(blog));
        AssertRecords([Put("b", "blog")], reader.Records);
        AssertRecords([Put("a", "blog")], await ReadHistoryAsync(blog));
        AssertRecords([Put("history", "of shop")], await ReadHistoryAsync(shop));
    }

    private static LogRecord[] Group(string name) => [.. Enumerable.Range(0, GroupSize).Select(i => Put(name, $"{i}"))];

    /// <summary>The names of the groups in the log, in order; fails when one is not whole, in order and in one piece.</summary>
    private static List<string> WholeGroups(IEnumerable<LogRecord> records)
    {
        var groups = new List<string>();
        foreach (var chunk in records.Chunk(GroupSize))
        {
            groups.Add(chunk[0].Key);
            Assert.Equal(Group(chunk[0].Key).Select(Show), chunk.Select(Show));
        }

        Assert.Distinct(groups);
        return groups;
    }
}
