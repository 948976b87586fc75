using System.Collections.Concurrent;
using EventGateway.Core.Log;
using Xunit;

namespace EventGateway.TestKit.Logs;

public abstract partial class ConfigLogConformance
{
    [Fact]
    public async Task Recreate_WhileRead_ResetsTheReaderToTheNewLog()
    {
        var (store, log, writer) = await ShopAsync();
        await AppendAsync(writer, Put("a", "old"), Put("b", "old"), Put("c", "old"));
        var collector = Collect(log);
        await collector.WaitForRecordsAsync(3);

        await RecreateLogAsync(store, Shop);
        await writer.DisposeAsync();
        writer = await ClaimAsync(log);
        await AppendAsync(writer, Put("a", "new"));
        await AppendAsync(writer, Put("d", "new"));
        await collector.WaitForKeyAsync("d");

        await collector.WaitForEndAsync();
        Assert.Equal([LogReset.Recreated], collector.Batches.Select(b => b.Reset).Where(r => r != LogReset.None));
        AssertRecords([Put("a", "new"), Put("d", "new")], collector.Records);
        AssertRecords([Put("a", "new"), Put("d", "new")], await ReadAllAsync(log));
    }

    [Fact]
    public async Task Recreate_ThenLongerThanBefore_ResetsTheReaderAllTheSame()
    {
        var (store, log, writer) = await ShopAsync();
        await AppendAsync(writer, Put("a", "old"));
        var collector = Collect(log);
        await collector.WaitForRecordsAsync(1);

        await RecreateLogAsync(store, Shop);
        await writer.DisposeAsync();
        writer = await ClaimAsync(log);
        LogRecord[] records = [.. Enumerable.Range(0, 50).Select(i => Put($"k{i}", "new"))];
        await AppendAsync(writer, records);
        await collector.WaitForKeyAsync("k49");

        Assert.Equal([LogReset.Recreated], collector.Batches.Select(b => b.Reset).Where(r => r != LogReset.None));
        AssertRecords(records, collector.Records);
    }

    [Fact]
    public async Task Compact_WhileRead_LosesNoKeyAndNoRemoval()
    {
        var (store, log, writer) = await ShopAsync();
        var live = Collect(log);
        for (var i = 0; i < 60; i++)
        {
            await AppendAsync(writer, Put($"k{i % 6}", $"{i}"), Put($"once{i}", "1"), Put("commit", $"{i}"));
        }

        // More than any log gives in one batch, so that removals are taken out ahead of readers that have begun.
        for (var i = 0; i < 5; i++)
        {
            await AppendAsync(writer, [.. Enumerable.Range(0, 500).Select(n => Put($"many{i}-{n}", "1"))]);
        }

        await AppendAsync(writer, Remove("k3", 1000, 1), Remove("once7", 1001, 1), Put("commit", "60"));
        var before = await ReadAllAsync(log);

        await CompactAsync(store, Shop);
        await AppendAsync(writer, Put("end", "1"));
        var after = await ReadAllAsync(log);
        await live.WaitForKeyAsync("end");

        Assert.True(after.Count(r => r.Key != "end") < before.Count, $"Compaction removed nothing: {before.Count} records before, {after.Count} after");
        Assert.Equal(Fold([.. before, Put("end", "1")]), Fold(after));
        Assert.Equal(Fold(after), Fold(live.Records));
        Assert.Equal(after.Select(r => r.Offset).Order(), after.Select(r => r.Offset));
        var offsets = before.ToDictionary(r => r.Offset, Show);
        Assert.All(after.Where(r => r.Offset <= before[^1].Offset), r => Assert.Equal(offsets[r.Offset], Show(r)));
    }

    [Fact]
    public async Task Compact_ThenRead_ReachesTheTrueEnd()
    {
        var (store, log, writer) = await ShopAsync();
        for (var i = 0; i < 60; i++)
        {
            await AppendAsync(writer, Put("k", $"{i}"));
        }

        var end = await log.GetEndAsync(Token);
        await CompactAsync(store, Shop);
        Assert.True(await log.GetEndAsync(Token) >= end, "The end went back by a compaction");
        var collector = Collect(log);
        await collector.WaitForEndAsync();
        Assert.Equal("k = 59", Fold(collector.Records)["k"]);

        var offset = await AppendAsync(writer, Put("after", "1"));
        Assert.True(offset >= end, $"The offset {offset} was used before");
        await collector.WaitForKeyAsync("after");
    }

    [Fact]
    public async Task Reopen_AfterDispose_GivesWhatWasAppended()
    {
        LogRecord[] records = [Put("a", "1"), Remove("b", 2, 1), Put("commit", "1")];
        long end;
        await using (var store = await OpenStoreAsync())
        {
            var log = await LogAsync(store, Shop);
            await using var writer = await ClaimAsync(log);
            await AppendAsync(writer, [.. records]);
            await AppendWithHistoryAsync(writer, Put("change/1", "one"), Put("commit", "2"));
            end = await log.GetEndAsync(Token);
        }

        var again = (await StoreAsync()).Open(Shop);
        AssertRecords([.. records, Put("commit", "2")], await ReadAllAsync(again));
        AssertRecords([Put("change/1", "one")], await ReadHistoryAsync(again));
        Assert.Equal(end, await again.GetEndAsync(Token));
        await AppendAsync(await ClaimAsync(again), Put("commit", "3"));
        Assert.Equal("commit = 3", Show((await ReadAllAsync(again))[^1]));
    }

    [Fact]
    public async Task WatchLogs_NewLog_ComesInTheNextSet()
    {
        var store = await StoreAsync();
        await using (await ClaimAsync(await LogAsync(store, Shop)))
        {
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sets = new ConcurrentQueue<IReadOnlySet<LogName>>();
        var arrived = new SemaphoreSlim(0);
        var watching = Task.Run(async () =>
        {
            await foreach (var set in store.WatchLogsAsync(stop.Token))
            {
                sets.Enqueue(set);
                arrived.Release();
            }
        });

        await WaitForSetAsync(Shop);
        await using (await ClaimAsync(await LogAsync(store, Blog)))
        {
        }

        await WaitForSetAsync(Shop, Blog);
        await stop.CancelAsync();
        var failure = await Record.ExceptionAsync(() => watching.WaitAsync(Deadline, TimeProvider.System));
        Assert.True(failure is null or OperationCanceledException, $"Watching ended with {failure}");

        async Task WaitForSetAsync(params LogName[] expected)
        {
            while (!sets.Any(s => s.SetEquals(expected)))
            {
                Assert.True(
                    await arrived.WaitAsync(Deadline),
                    $"Waited {Deadline} for the set [{string.Join(", ", expected)}]. Came: {string.Join("; ", sets.Select(s => $"[{string.Join(", ", s)}]"))}");
            }
        }
    }

    [Fact]
    public async Task WatchLogs_NoLogs_YieldsTheEmptySetFirst()
    {
        var store = await StoreAsync();
        await using var watching = store.WatchLogsAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await Within(watching.MoveNextAsync().AsTask(), "the first set"));
        Assert.Empty(watching.Current);
    }
}
