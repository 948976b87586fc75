using System.Collections.Concurrent;
using System.Diagnostics;
using EventGateway.Core.Log;
using EventGateway.Core.Wire;

namespace EventGateway.Benchmarks;

/// <summary>A log that notes when each change set was committed, by commit number.</summary>
internal sealed class TimedLog(IConfigLog log) : IConfigLog
{
    public ConcurrentDictionary<long, long> CommittedAt { get; } = new();

    public LogName Name => log.Name;

    public async Task<IConfigLogWriter> ClaimAsync(CancellationToken cancellationToken) =>
        new TimedWriter(await log.ClaimAsync(cancellationToken), CommittedAt);

    public IAsyncEnumerable<LogBatch> ReadAsync(long fromOffset, CancellationToken cancellationToken) => log.ReadAsync(fromOffset, cancellationToken);

    public Task<long> GetEndAsync(CancellationToken cancellationToken) => log.GetEndAsync(cancellationToken);

    public IAsyncEnumerable<LogRecord> ReadHistoryAsync(long fromOffset, CancellationToken cancellationToken) => log.ReadHistoryAsync(fromOffset, cancellationToken);

    private sealed class TimedWriter(IConfigLogWriter writer, ConcurrentDictionary<long, long> committedAt) : IConfigLogWriter
    {
        public async Task<long> AppendAsync(IReadOnlyList<LogRecord> records, LogRecord? history, CancellationToken cancellationToken)
        {
            var offset = await writer.AppendAsync(records, history, cancellationToken);
            var now = Stopwatch.GetTimestamp();
            if (history is not null && RecordCodec.Decode(records[^1]) is DecodedRecord.Commit commit)
            {
                committedAt[commit.Value.Commit] = now;
            }

            return offset;
        }

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
