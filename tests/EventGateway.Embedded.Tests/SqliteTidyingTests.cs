using EventGateway.Core.Log;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static EventGateway.Embedded.Tests.TestLogs;

namespace EventGateway.Embedded.Tests;

public sealed class SqliteTidyingTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compact_RemovalYoungerThanItsRetention_StaysUntilItIsOld()
    {
        await using var store = Open(_folder, _time);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await writer.AppendAsync(Put("a", "1"), Put("b"), Put("a", "2"), Remove("a"));

        Assert.Equal(2, await store.CompactAsync(Shop, CancellationToken.None));
        await using (var collector = Collect(log))
        {
            await collector.WaitForEndAsync();
            Assert.Equal(["b", "a"], collector.Records.Select(r => r.Key));
            Assert.Null(collector.Records[1].Value);
        }

        // From here on counts say nothing: the hourly round runs too, and may have been first.
        _time.Advance(TimeSpan.FromHours(24));
        await store.CompactAsync(Shop, CancellationToken.None);
        Assert.Equal(["b"], await KeysAsync(log));
        Assert.Equal(4, await log.GetEndAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Read_FromBeforeARemovalThatIsGone_StartsAnew()
    {
        await using var store = Open(_folder, _time);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await writer.AppendAsync(Put("a"), Put("b"));
        await writer.AppendAsync(Remove("a"), Put("c"));
        _time.Advance(TimeSpan.FromDays(2));
        await store.CompactAsync(Shop, CancellationToken.None);

        foreach (var (offset, reset) in new[] { (0, LogReset.None), (1, LogReset.Truncated), (2, LogReset.Truncated), (3, LogReset.None), (4, LogReset.None) })
        {
            await using var collector = Collect(log, offset);
            await collector.WaitForEndAsync();
            var first = collector.Batches[0];
            Assert.True(first.Reset == reset, $"From {offset}: {first.Reset}, expected {reset}");
            Assert.Equal(offset < 3 ? ["b", "c"] : offset == 3 ? ["c"] : [], collector.Records.Select(r => r.Key));
        }
    }

    [Fact]
    public async Task Read_InterruptedByTheCompactionOfARemovalAhead_StartsAnewAndLosesNothing()
    {
        await using var store = Open(_folder, _time);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await writer.AppendAsync([.. Enumerable.Range(0, 3000).Select(i => Put($"k{i}"))]);
        await writer.AppendAsync(Remove("k5"), Put("commit"));
        await using var reader = log.ReadAsync(0, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        Assert.Contains(reader.Current.Records, r => r.Key == "k5");
        Assert.False(reader.Current.ReachedEnd);

        _time.Advance(TimeSpan.FromDays(2));
        await store.CompactAsync(Shop, CancellationToken.None);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(LogReset.Truncated, reader.Current.Reset);
        var keys = new List<string>(reader.Current.Records.Select(r => r.Key));
        while (!reader.Current.ReachedEnd)
        {
            Assert.True(await reader.MoveNextAsync());
            Assert.Equal(LogReset.None, reader.Current.Reset);
            keys.AddRange(reader.Current.Records.Select(r => r.Key));
        }

        Assert.Equal([.. Enumerable.Range(0, 3000).Where(i => i != 5).Select(i => $"k{i}"), "commit"], keys);
    }

    [Fact]
    public async Task Compact_LiveReaderThatSawTheRemoval_GoesOnWithoutAReset()
    {
        await using var store = Open(_folder, _time);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await writer.AppendAsync(Put("a"), Remove("a"), Put("b", "1"), Put("b", "2"));
        await using var collector = Collect(log);
        await collector.WaitForRecordsAsync(4);

        _time.Advance(TimeSpan.FromDays(2));
        await store.CompactAsync(Shop, CancellationToken.None);
        await writer.AppendAsync(Put("end"));
        await collector.WaitForKeyAsync("end");

        Assert.All(collector.Batches, b => Assert.Equal(LogReset.None, b.Reset));
        Assert.Equal(["a", "a", "b", "b", "end"], collector.Records.Select(r => r.Key));
        Assert.Equal(["b", "end"], await KeysAsync(log));
    }

    [Fact]
    public async Task Compact_StoppedBeforeTheRemovals_BringsNoKeyBack()
    {
        await using var store = Open(_folder, _time);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await writer.AppendAsync(Put("a"), Remove("a"), Put("b"), Remove("b"), Put("c"));

        var garbage = await store.ReadAsync("test", r => r.FindGarbage(r.FindLog(Shop)!.Id, long.MaxValue), CancellationToken.None);

        Assert.Equal([0L, 2L], garbage.Superseded.Order());
        Assert.Equal([1L, 3L], garbage.Removals);
    }

    [Theory]
    [InlineData(50, long.MaxValue, 1)]
    [InlineData(int.MaxValue, 1_000_000, 50_000)]
    public async Task Append_EnoughGarbage_IsCompactedInTheBackground(int records, long bytes, int length)
    {
        await using var store = Open(new SqliteLogOptions { DataFolder = _folder.Path, CompactionThreshold = records, CompactionThresholdBytes = bytes }, _time);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        for (var i = 0; i < 120; i++)
        {
            await writer.AppendAsync(Put("k", $"{i}" + new string('x', length)));
        }

        await WaitAsync(async () => (await KeysAsync(log)).Count, n => n <= 60, "at most 60 of 120 records of one key");
        Assert.Equal(120, await log.GetEndAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Append_NewKeysOnly_IsCompactedSeldom()
    {
        await using var store = Open(new SqliteLogOptions { DataFolder = _folder.Path, CompactionThreshold = 10 }, _time);
        await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
        await writer.AppendAsync([.. Enumerable.Range(0, 1000).Select(i => Put($"k{i}"))]);
        await store.CompactAsync(Shop, CancellationToken.None);

        // Garbage of less than the log itself is not worth reading all of it.
        for (var i = 0; i < 100; i++)
        {
            await writer.AppendAsync(Put("k1", $"{i}"));
        }

        Assert.Equal(1100, (await KeysAsync(store.Open(Shop))).Count);
    }

    [Fact]
    public async Task History_OlderThanItsRetention_Expires()
    {
        await using var store = Open(_folder, _time);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await writer.AppendAsync([Put("a")], Put("old"), CancellationToken.None);
        _time.Advance(TimeSpan.FromDays(20));
        await writer.AppendAsync([Put("a")], Put("new"), CancellationToken.None);
        await store.CompactAsync(Shop, CancellationToken.None);
        Assert.Equal(["old", "new"], await HistoryKeysAsync(log));

        _time.Advance(TimeSpan.FromDays(10) + TimeSpan.FromMinutes(1));
        await WaitAsync(async () => (await HistoryKeysAsync(log)).Count, n => n == 1, "one entry after the hourly round");

        Assert.Equal(["new"], await HistoryKeysAsync(log));
        await writer.AppendAsync([Put("a")], Put("newer"), CancellationToken.None);
        Assert.Equal(["new", "newer"], await HistoryKeysAsync(log));
    }

    [Fact]
    public async Task History_MoreEntriesThanKept_LosesTheOldest()
    {
        await using var store = Open(new SqliteLogOptions { DataFolder = _folder.Path, HistoryMaxEntries = 20 }, _time);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        for (var i = 0; i < 60; i++)
        {
            await writer.AppendAsync([Put("a")], Put($"h{i}"), CancellationToken.None);
        }

        await WaitAsync(async () => (await HistoryKeysAsync(log)).Count, n => n <= 22, "at most 22 entries by itself");
        await store.CompactAsync(Shop, CancellationToken.None);
        Assert.Equal(Enumerable.Range(40, 20).Select(i => $"h{i}"), await HistoryKeysAsync(log));
    }

    [Fact]
    public async Task Compact_MostOfALargeFile_GivesRoomBack()
    {
        await using (var store = Open(_folder, _time))
        {
            await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
            for (var i = 0; i < 30; i++)
            {
                await writer.AppendAsync(Put("k", new string('x', 1_000_000)));
            }

            await store.CompactAsync(Shop, CancellationToken.None);
            Assert.Equal(["k"], await KeysAsync(store.Open(Shop)));
        }

        var size = new FileInfo(_folder.Database).Length;
        Assert.True(size < 10_000_000, $"The file still has {size} bytes for a log of one megabyte");
        await using var again = Open(_folder, _time);
        Assert.Equal(["k"], await KeysAsync(again.Open(Shop)));
    }

    [Fact]
    public async Task Compact_NoSuchLog_RemovesNothing()
    {
        await using var store = Open(_folder, _time);
        Assert.Equal(0, await store.CompactAsync(Shop, CancellationToken.None));
    }

    private static async Task WaitAsync(Func<Task<int>> count, Func<int, bool> condition, string expected)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            var found = await count();
            if (condition(found))
            {
                return;
            }

            Assert.False(deadline.IsCancellationRequested, $"Waited {Deadline} for {expected}; there are {found}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
