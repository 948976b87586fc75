using System.Runtime.CompilerServices;
using EventGateway.Core.Log;

namespace EventGateway.TestKit.Logs;

internal sealed class InMemoryConfigLog(InMemoryConfigLogStore store, LogName name) : IConfigLog
{
    private readonly InMemoryLogArea _area = store.Area;

    public LogName Name => name;

    public async Task<IConfigLogWriter> ClaimAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        IConfigLogWriter? writer = null;
        _area.Change(() =>
        {
            store.CheckUsable_NeedsLock();
            var log = _area.GetOrCreate_NeedsLock(name);
            writer = new InMemoryConfigLogWriter(store, name, log.Id, log.NewClaim());
        });
        return writer!;
    }

    public async IAsyncEnumerable<LogBatch> ReadAsync(long fromOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = new InMemoryLogCursor(fromOffset);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LogBatch? batch = null;
            Task changed;
            lock (_area.Gate)
            {
                store.CheckNotDisposed_NeedsLock();
                changed = _area.Changed_NeedsLock();
                if (store.IsConnected)
                {
                    batch = cursor.Take(_area.Find_NeedsLock(name));
                }
            }

            if (batch is not null)
            {
                yield return batch;
                continue;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public async Task<long> GetEndAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        lock (_area.Gate)
        {
            return Existing_NeedsLock().End;
        }
    }

    public async IAsyncEnumerable<LogRecord> ReadHistoryAsync(long fromOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        LogRecord[] entries;
        lock (_area.Gate)
        {
            entries = [.. Existing_NeedsLock().History.Where(r => r.Offset >= fromOffset)];
        }

        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    private InMemoryLogState Existing_NeedsLock()
    {
        store.CheckUsable_NeedsLock();
        return _area.Find_NeedsLock(name) ?? throw new LogUnavailableException($"There is no log {name}; it comes into being when it is claimed");
    }
}
