using System.Security.Cryptography;
using System.Text;
using EventGateway.Core.Log;
using Xunit;

namespace EventGateway.TestKit.Logs;

/// <summary>
/// What every log promises, whatever keeps it: derive, say how a store is opened, and all of it is tested. Every test has an instance
/// of its own, and that instance an empty area of its own (a prefix, a folder). A hook that a log cannot serve says so with
/// <see cref="Assert.Skip"/> and the reason.
/// </summary>
public abstract partial class ConfigLogConformance : IAsyncLifetime
{
    protected static readonly LogName Shop = new("test", "shop");
    protected static readonly LogName Blog = new("test", "blog");

    private readonly List<IConfigLogStore> _stores = [];
    private readonly List<LogCollector> _collectors = [];

    /// <summary>How long a test waits for what must come; a pass never takes as long.</summary>
    protected virtual TimeSpan Deadline => TimeSpan.FromSeconds(30);

    /// <summary>Opens a store on this test's area. The first one of a test.</summary>
    protected abstract Task<IConfigLogStore> OpenStoreAsync();

    /// <summary>Opens one more store on the same area while the first is open, as another process would.</summary>
    protected abstract Task<IConfigLogStore> OpenSecondStoreAsync();

    /// <summary>Makes a log that is not there; nothing for a log that comes into being when it is claimed.</summary>
    protected virtual Task CreateLogAsync(IConfigLogStore store, LogName name) => Task.CompletedTask;

    /// <summary>Deletes the log and makes it again, empty, under the same name.</summary>
    protected abstract Task RecreateLogAsync(IConfigLogStore store, LogName name);

    /// <summary>Returns when records that have a later one of their key were removed: not all of them have to be.</summary>
    protected abstract Task CompactAsync(IConfigLogStore store, LogName name);

    /// <summary>The length of a value that no log takes.</summary>
    protected virtual int OversizeLength => (4 * 1024 * 1024) + 1;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var collector in _collectors)
        {
            await collector.DisposeAsync();
        }

        foreach (var store in Enumerable.Reverse(_stores))
        {
            await store.DisposeAsync();
        }
    }

    protected async Task<IConfigLogStore> StoreAsync()
    {
        var store = await OpenStoreAsync();
        _stores.Add(store);
        return store;
    }

    protected async Task<IConfigLogStore> SecondStoreAsync()
    {
        var store = await OpenSecondStoreAsync();
        _stores.Add(store);
        return store;
    }

    protected async Task<IConfigLog> LogAsync(IConfigLogStore store, LogName name)
    {
        await CreateLogAsync(store, name);
        return store.Open(name);
    }

    /// <summary>A store with the log <see cref="Shop"/>, and its writer.</summary>
    protected async Task<(IConfigLogStore Store, IConfigLog Log, IConfigLogWriter Writer)> ShopAsync()
    {
        var store = await StoreAsync();
        var log = await LogAsync(store, Shop);
        return (store, log, await ClaimAsync(log));
    }

    protected LogCollector Collect(IConfigLog log, long fromOffset = 0)
    {
        var collector = LogCollector.Start(log, fromOffset, Deadline);
        _collectors.Add(collector);
        return collector;
    }

    protected Task<IConfigLogWriter> ClaimAsync(IConfigLog log) => Within(log.ClaimAsync(Token), $"the claim of {log.Name}");

    protected Task<long> AppendAsync(IConfigLogWriter writer, params LogRecord[] records) =>
        Within(writer.AppendAsync(records, null, Token), $"the append of {records.Length} records");

    protected Task<long> AppendWithHistoryAsync(IConfigLogWriter writer, LogRecord history, params LogRecord[] records) =>
        Within(writer.AppendAsync(records, history, Token), $"the append of {records.Length} records with history");

    /// <summary>Everything that is in the log now, oldest first.</summary>
    protected async Task<IReadOnlyList<LogRecord>> ReadAllAsync(IConfigLog log)
    {
        await using var collector = LogCollector.Start(log, 0, Deadline);
        await collector.WaitForEndAsync();
        return collector.Records;
    }

    protected async Task<IReadOnlyList<LogRecord>> ReadHistoryAsync(IConfigLog log, long fromOffset = 0)
    {
        var entries = new List<LogRecord>();
        await Within(CollectAsync(), $"the end of the history of {log.Name}");
        return entries;

        async Task<bool> CollectAsync()
        {
            await foreach (var entry in log.ReadHistoryAsync(fromOffset, Token))
            {
                entries.Add(entry);
            }

            return true;
        }
    }

    protected async Task<T> Within<T>(Task<T> task, string expected)
    {
        try
        {
            return await task.WaitAsync(Deadline, TimeProvider.System);
        }
        catch (TimeoutException e) when (!task.IsFaulted)
        {
            throw new TimeoutException($"Waited {Deadline} for {expected}; it neither came nor failed.", e);
        }
    }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected static LogRecord Put(string key, string value) => new(key, Encoding.UTF8.GetBytes(value));

    protected static LogRecord Put(string key, byte[] value) => new(key, value);

    protected static LogRecord Remove(string key, long? sequence = null, long? epoch = null) =>
        new(key, null) { RemovalSequence = sequence, RemovalEpoch = epoch };

    /// <summary>All of a record but its offset, as text that a failed comparison can show.</summary>
    protected static string Show(LogRecord record) => record.Value is not { } value
        ? $"{record.Key} removed, sequence {record.RemovalSequence?.ToString() ?? "none"}, epoch {record.RemovalEpoch?.ToString() ?? "none"}"
        : value.Length <= 64
            ? $"{record.Key} = {Encoding.UTF8.GetString(value.Span)}{Headers(record)}"
            : $"{record.Key} = {value.Length} bytes {Convert.ToHexStringLower(SHA256.HashData(value.Span))}{Headers(record)}";

    /// <summary>What the records add up to: the last value of each key, without the removed ones.</summary>
    protected static SortedDictionary<string, string> Fold(IEnumerable<LogRecord> records)
    {
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            if (record.Value is null)
            {
                state.Remove(record.Key);
            }
            else
            {
                state[record.Key] = Show(record);
            }
        }

        return state;
    }

    protected static void AssertRecords(IEnumerable<LogRecord> expected, IEnumerable<LogRecord> actual) =>
        Assert.Equal(expected.Select(Show), actual.Select(Show));

    private static string Headers(LogRecord record) =>
        record.RemovalSequence is null && record.RemovalEpoch is null ? "" : $" with removal headers {record.RemovalSequence}/{record.RemovalEpoch}";
}
