using EventGateway.Core.Log;

namespace EventGateway.TestKit.Logs;

internal sealed class InMemoryConfigLogWriter(InMemoryConfigLogStore store, LogName name, Guid logId, long claim) : IConfigLogWriter
{
    private bool _disposed;

    public async Task<long> AppendAsync(IReadOnlyList<LogRecord> records, LogRecord? history, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (records.Count == 0)
        {
            throw new ArgumentException("An append has at least one record", nameof(records));
        }

        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        long offset = -1;
        store.Area.Change(() => offset = Append_NeedsLock(records, history));
        return offset;
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private long Append_NeedsLock(IReadOnlyList<LogRecord> records, LogRecord? history)
    {
        store.CheckUsable_NeedsLock();
        var area = store.Area;
        var log = area.Find_NeedsLock(name) ?? throw new LogUnavailableException($"There is no log {name} any more; claim it anew");
        if (log.Id != logId || log.Claim != claim)
        {
            throw new LogFencedException($"Somebody else has claimed the log {name}");
        }

        var refused = records.FirstOrDefault(r => r.Value?.Length > area.MaxValueLength);
        if (refused is not null)
        {
            throw new LogRefusedException(
                $"The value of '{refused.Key}' in log {name} has {refused.Value?.Length} bytes; at most {area.MaxValueLength} are taken")
            {
                ConcernsRecord = true,
            };
        }

        var (fault, stored) = store.TakeFault_NeedsLock();
        if (fault is not null && !stored)
        {
            throw fault;
        }

        var offset = log.Append(records, history, area.OffsetGap);
        return fault is null ? offset : throw fault;
    }
}
