namespace EventGateway.Core.Log;

/// <summary>
/// One log: the ordered records of one (origin, workspace). The store promises that
/// records of one append appear together or not at all, that an offset never names two records, that compaction only
/// removes records whose key has a later one (and removals), and that two writers never both succeed.
/// </summary>
public interface IConfigLog
{
    LogName Name { get; }

    /// <summary>
    /// Becomes the log's one writer. Whoever was it before can append nothing from now on, nor can what it had begun appear.
    /// </summary>
    /// <exception cref="LogRefusedException">The store keeps this log in a way that would lose or reorder config.</exception>
    /// <exception cref="LogUnavailableException">The store could not be reached, or has no such log.</exception>
    Task<IConfigLogWriter> ClaimAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads on until cancelled: the records from <paramref name="fromOffset"/> on, then new ones as they come. A first batch comes
    /// even when the log is empty. Faults that pass are waited out inside; see <see cref="IConfigLogStore.IsConnected"/>.
    /// </summary>
    /// <exception cref="LogRefusedException">The store keeps this log in a way that would lose or reorder config.</exception>
    IAsyncEnumerable<LogBatch> ReadAsync(long fromOffset, CancellationToken cancellationToken);

    /// <summary>The offset the next record will have: the true end, records of open appends included.</summary>
    /// <exception cref="LogUnavailableException">The store could not be reached, or has no such log.</exception>
    Task<long> GetEndAsync(CancellationToken cancellationToken);

    /// <summary>Reads the history log from <paramref name="fromOffset"/> to its present end, then ends. Old entries may have expired.</summary>
    /// <exception cref="LogUnavailableException">The store could not be reached, or has no such log.</exception>
    IAsyncEnumerable<LogRecord> ReadHistoryAsync(long fromOffset, CancellationToken cancellationToken);
}
