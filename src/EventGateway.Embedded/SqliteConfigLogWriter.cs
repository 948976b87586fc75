using System.Text;
using EventGateway.Core.Log;

namespace EventGateway.Embedded;

internal sealed class SqliteConfigLogWriter(SqliteConfigLogStore store, LogName name, SqliteClaim claim) : IConfigLogWriter
{
    private bool _disposed;

    public Task<long> AppendAsync(IReadOnlyList<LogRecord> records, LogRecord? history, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (records.Count == 0)
        {
            throw new ArgumentException("An append has at least one record", nameof(records));
        }

        foreach (var record in records)
        {
            CheckSize(record, "record");
        }

        if (history is not null)
        {
            CheckSize(history, "history entry");
        }

        return store.AppendAsync(name, claim, records, history, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private void CheckSize(LogRecord record, string what)
    {
        var size = (long)Encoding.UTF8.GetByteCount(record.Key) + (record.Value?.Length ?? 0);
        if (size > SqliteLogOptions.MaxRecordBytes)
        {
            throw new LogRefusedException(
                $"The {what} '{record.Key}' of log {name} has {size} bytes, and a log takes {SqliteLogOptions.MaxRecordBytes} at most; make the object smaller")
            {
                ConcernsRecord = true,
            };
        }
    }
}
