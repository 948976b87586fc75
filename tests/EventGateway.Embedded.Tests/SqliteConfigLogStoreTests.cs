using EventGateway.Core.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;
using static EventGateway.Embedded.Tests.TestLogs;

namespace EventGateway.Embedded.Tests;

public sealed class SqliteConfigLogStoreTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_LogThatIsNotThereYet_WaitsForItsFirstRecords()
    {
        await using var store = Open(_folder);
        var log = store.Open(Shop);
        await using var collector = Collect(log);
        await collector.WaitForEndAsync();
        Assert.Equal((0, 0, LogReset.None), (collector.Batches[0].Records.Count, collector.Batches[0].EndOffset, collector.Batches[0].Reset));

        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await writer.AppendAsync(Put("a"));
        await collector.WaitForKeyAsync("a");

        Assert.All(collector.Batches, b => Assert.Equal(LogReset.None, b.Reset));
    }

    [Fact]
    public async Task Read_GoingOnInALogThatIsNotThere_SaysThatItsPlaceIsGone()
    {
        await using var store = Open(_folder);
        await using var collector = Collect(store.Open(Shop), 17);
        await collector.WaitForEndAsync();
        Assert.Equal((LogReset.Truncated, 0), (collector.Batches[0].Reset, collector.Batches[0].NextOffset));

        await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
        await writer.AppendAsync(Put("a"));
        await collector.WaitForKeyAsync("a");
    }

    [Fact]
    public async Task GetEndAndHistory_LogThatIsNotThere_AreUnavailable()
    {
        await using var store = Open(_folder);
        var fault = await Assert.ThrowsAsync<LogUnavailableException>(() => store.Open(Shop).GetEndAsync(CancellationToken.None));
        Assert.Contains("test/shop", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LogUnavailableException>(() => HistoryKeysAsync(store.Open(Shop)));
    }

    [Fact]
    public async Task Append_LogThatWasDeleted_AsksForANewClaim()
    {
        await using var store = Open(_folder);
        var log = store.Open(Shop);
        var older = await log.ClaimAsync(CancellationToken.None);
        await older.AppendAsync([Put("a")], Put("h"), CancellationToken.None);
        Assert.True(await store.DeleteLogAsync(Shop, CancellationToken.None));
        Assert.False(await store.DeleteLogAsync(Shop, CancellationToken.None));

        await Assert.ThrowsAsync<LogUnavailableException>(() => older.AppendAsync(Put("b")));
        var newer = await log.ClaimAsync(CancellationToken.None);
        await Assert.ThrowsAsync<LogFencedException>(() => older.AppendAsync(Put("b")));
        await newer.AppendAsync(Put("c"));

        Assert.Equal(["c"], await KeysAsync(log));
        Assert.Empty(await HistoryKeysAsync(log));
    }

    [Fact]
    public async Task Append_UpToTheLimit_IsTakenAndOneByteMoreIsRefusedWithKeySizeAndLimit()
    {
        await using var store = Open(_folder);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        const int Room = SqliteLogOptions.MaxRecordBytes - 4;

        await writer.AppendAsync(new LogRecord("just", new byte[Room]));
        var refusal = await Assert.ThrowsAsync<LogRefusedException>(() => writer.AppendAsync(new LogRecord("over", new byte[Room + 1])));
        Assert.True(refusal.ConcernsRecord);
        var history = await Assert.ThrowsAsync<LogRefusedException>(
            () => writer.AppendAsync([Put("a")], new LogRecord("hist", new byte[Room + 1]), CancellationToken.None));

        Assert.Equal(
            "The record 'over' of log test/shop has 4194305 bytes, and a log takes 4194304 at most; make the object smaller", refusal.Message);
        Assert.Contains("history entry 'hist'", history.Message, StringComparison.Ordinal);
        Assert.Equal(["just"], await KeysAsync(log));
    }

    [Fact]
    public async Task Append_EmptyValue_IsNoRemoval()
    {
        await using var store = Open(_folder);
        await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
        await writer.AppendAsync(new LogRecord("empty", ReadOnlyMemory<byte>.Empty), Remove("gone"));
        await using var collector = Collect(store.Open(Shop));
        await collector.WaitForEndAsync();
        Assert.Equal([0, null], collector.Records.Select(r => r.Value?.Length));
    }

    [Fact]
    public async Task Write_JobThatFailsAmongOthers_TakesNoneOfThemWithIt()
    {
        await using var store = Open(new SqliteLogOptions { DataFolder = _folder.Path, MaxPages = 200 });
        var logs = Enumerable.Range(0, 20).Select(i => store.Open(new LogName("test", $"w{i}"))).ToList();
        var writers = await Task.WhenAll(logs.Select(l => l.ClaimAsync(CancellationToken.None)));
        var newer = await logs[3].ClaimAsync(CancellationToken.None);

        // All at once, so that they share commits: number 3 is fenced, number 7 is too much for the disk.
        var failures = await Task.WhenAll(writers.Select((w, i) => Record.ExceptionAsync(
            () => Task.Run(() => w.AppendAsync(Put("first"), Put("second", new string('x', i == 7 ? 3_000_000 : 1))))).AsTask()));

        Assert.All(failures.Index(), f => Assert.Equal(
            f.Index switch { 3 => typeof(LogFencedException), 7 => typeof(LogUnavailableException), _ => null }, f.Item?.GetType()));
        foreach (var (i, log) in logs.Index())
        {
            Assert.Equal(i is 3 or 7 ? [] : ["first", "second"], await KeysAsync(log));
        }

        await newer.AppendAsync(Put("newer"));
    }

    [Fact]
    public async Task Append_CancelledInTheQueue_WritesNothing()
    {
        await using var store = Open(_folder);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.AppendAsync([Put("a")], null, new CancellationToken(true)));
        await writer.AppendAsync(Put("b"));
        Assert.Equal(["b"], await KeysAsync(log));
    }

    [Fact]
    public async Task Dispose_WithReadersAndWriters_EndsThemAll()
    {
        var store = Open(_folder);
        var log = store.Open(Shop);
        var writer = await log.ClaimAsync(CancellationToken.None);
        await using var reader = log.ReadAsync(0, CancellationToken.None).GetAsyncEnumerator();
        await using var watch = store.WatchLogsAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        Assert.True(await watch.MoveNextAsync());
        var (nextBatch, nextSet) = (reader.MoveNextAsync().AsTask(), watch.MoveNextAsync().AsTask());

        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => nextBatch.WaitAsync(Deadline, TimeProvider.System));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => nextSet.WaitAsync(Deadline, TimeProvider.System));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writer.AppendAsync(Put("a")));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => log.GetEndAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => log.ClaimAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.CompactAsync(Shop, CancellationToken.None));
    }

    [Fact]
    public void FindFaults_WrongOptions_NamesThemAll()
    {
        var options = new SqliteLogOptions
        {
            DataFolder = " ",
            HistoryRetention = TimeSpan.Zero,
            HistoryMaxEntries = 0,
            RemovalRetention = TimeSpan.FromSeconds(-1),
            CompactionThreshold = 0,
            CompactionThresholdBytes = -5,
        };

        var faults = options.FindFaults();

        Assert.Equal(6, faults.Count);
        foreach (var (fault, name) in faults.Zip(["DataFolder", "HistoryRetention", "HistoryMaxEntries", "RemovalRetention", "CompactionThreshold", "CompactionThresholdBytes"]))
        {
            Assert.StartsWith(name + " ", fault, StringComparison.Ordinal);
        }

        Assert.Empty(new SqliteLogOptions { DataFolder = _folder.Path }.FindFaults());
        var refusal = Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddEmbeddedConfigLog(options));
        Assert.Equal(faults, refusal.Failures);
    }

    [Fact]
    public async Task AddEmbeddedConfigLog_Resolved_IsOneStoreThatTheContainerCloses()
    {
        await using (var provider = new ServiceCollection().AddEmbeddedConfigLog(new SqliteLogOptions { DataFolder = _folder.Path }).BuildServiceProvider())
        {
            var store = provider.GetRequiredService<IConfigLogStore>();
            Assert.Same(store, provider.GetRequiredService<IConfigLogStore>());
            await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
            await writer.AppendAsync(Put("a"));
        }

        await using var again = Open(_folder);
        Assert.Equal(["a"], await KeysAsync(again.Open(Shop)));
    }
}
