using System.Runtime.CompilerServices;
using EventGateway.Core.Log;

namespace EventGateway.Embedded;

internal sealed class SqliteConfigLog(SqliteConfigLogStore store, LogName name) : IConfigLog
{
    public LogName Name => name;

    /// <summary>Raised when the log was appended to, compacted, made or deleted.</summary>
    public SqliteSignal Changed { get; } = new();

    public Task<IConfigLogWriter> ClaimAsync(CancellationToken cancellationToken) => store.ClaimAsync(name, cancellationToken);

    public async IAsyncEnumerable<LogBatch> ReadAsync(long fromOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromOffset);
        var cursor = new SqliteLogCursor(fromOffset);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = Changed.Next;
            var from = cursor;
            (var batch, cursor) = await store.ReadPatientlyAsync(
                $"Log {name} cannot be read", r => r.AtOneMoment(s => from.Advance(s, name)), cancellationToken);
            if (batch is null)
            {
                await changed.WaitAsync(cancellationToken);
                continue;
            }

            if (batch.Reset != LogReset.None)
            {
                store.LogReset(name, batch.Reset, from.Next);
            }

            yield return batch;
        }
    }

    public async Task<long> GetEndAsync(CancellationToken cancellationToken) => (await FindAsync(cancellationToken)).NextOffset;

    public async IAsyncEnumerable<LogRecord> ReadHistoryAsync(long fromOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromOffset);
        var log = await FindAsync(cancellationToken);
        var next = fromOffset;
        while (true)
        {
            var from = next;
            var entries = await store.ReadAsync(
                $"The history of log {name} cannot be read", r => r.ReadHistory(log.Id, from, log.NextHistory), cancellationToken);
            if (entries.Count == 0)
            {
                yield break;
            }

            foreach (var entry in entries)
            {
                yield return entry;
            }

            next = entries[^1].Offset + 1;
        }
    }

    private async Task<SqliteLogRow> FindAsync(CancellationToken cancellationToken) =>
        await store.ReadAsync($"Log {name} cannot be read", r => r.FindLog(name), cancellationToken)
            ?? throw new LogUnavailableException($"There is no log {name} yet; it comes into being when its writer claims it");
}
