namespace EventGateway.Core.Log;

/// <summary>The right to append to one log, until somebody else claims it. Used by one caller at a time.</summary>
public interface IConfigLogWriter : IAsyncDisposable
{
    /// <summary>Appends records to the log, and the entry to its history, all or nothing. Returns when they are durable.</summary>
    /// <param name="records">At least one; the last is the commit.</param>
    /// <param name="history">Null: nothing goes to the history (heartbeats, claims).</param>
    /// <returns>The offset of the last record.</returns>
    /// <exception cref="LogFencedException">Somebody else has claimed the log. Nothing was appended; this writer is of no use any more.</exception>
    /// <exception cref="LogUnavailableException">
    /// It is not known that the records are in the log, nor that they are not. Dispose of the writer, claim anew and compare.
    /// </exception>
    /// <exception cref="LogRefusedException">The store will not take these records (size, permission); nothing was appended and the writer stays usable.</exception>
    Task<long> AppendAsync(IReadOnlyList<LogRecord> records, LogRecord? history, CancellationToken cancellationToken);
}
