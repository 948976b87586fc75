using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EventGateway.Core.Log;
using EventGateway.TestKit.Logs;

namespace EventGateway.Core.Tests.Loading;

/// <summary>The in-memory store, with logs that can be refused or break, and a count of how often each was read from.</summary>
internal sealed class WatchedLogStore(InMemoryConfigLogStore inner) : IConfigLogStore
{
    private readonly ConcurrentDictionary<LogName, Exception> _faults = [];
    private readonly ConcurrentDictionary<LogName, int> _reads = [];

    /// <summary>Called in every reading, between its first batch and the second.</summary>
    public Action AfterFirstBatch { get; set; } = () => { };

    /// <summary>A writer that a recreation of its log does not fence, as with Kafka: it claims what is there when it appends.</summary>
    public bool ClaimsLate { get; set; }

    public string Source => inner.Source;

    public bool IsConnected => inner.IsConnected;

    public void Break(LogName name, Exception fault) => _faults[name] = fault;

    public void Heal(LogName name) => _faults.TryRemove(name, out _);

    public int ReadsOf(LogName name) => _reads.GetValueOrDefault(name);

    public IConfigLog Open(LogName name) => new WatchedLog(this, inner.Open(name));

    public IAsyncEnumerable<IReadOnlySet<LogName>> WatchLogsAsync(CancellationToken cancellationToken) => inner.WatchLogsAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class WatchedLog(WatchedLogStore store, IConfigLog log) : IConfigLog
    {
        public LogName Name => log.Name;

        public async Task<IConfigLogWriter> ClaimAsync(CancellationToken cancellationToken) =>
            store.ClaimsLate ? new LateWriter(log) : await log.ClaimAsync(cancellationToken);

        public async IAsyncEnumerable<LogBatch> ReadAsync(long fromOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            store._reads.AddOrUpdate(Name, 1, static (_, count) => count + 1);
            await Task.Yield();
            if (store._faults.TryGetValue(Name, out var fault))
            {
                throw fault;
            }

            var isFirst = true;
            await foreach (var batch in log.ReadAsync(fromOffset, cancellationToken))
            {
                yield return batch;
                if (isFirst)
                {
                    isFirst = false;
                    store.AfterFirstBatch();
                }
            }
        }

        public Task<long> GetEndAsync(CancellationToken cancellationToken) => log.GetEndAsync(cancellationToken);

        public IAsyncEnumerable<LogRecord> ReadHistoryAsync(long fromOffset, CancellationToken cancellationToken) => log.ReadHistoryAsync(fromOffset, cancellationToken);
    }

    private sealed class LateWriter(IConfigLog log) : IConfigLogWriter
    {
        private IConfigLogWriter? _writer;

        public async Task<long> AppendAsync(IReadOnlyList<LogRecord> records, LogRecord? history, CancellationToken cancellationToken)
        {
            _writer ??= await log.ClaimAsync(cancellationToken);
            return await _writer.AppendAsync(records, history, cancellationToken);
        }

        public ValueTask DisposeAsync() => _writer?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
