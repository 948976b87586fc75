using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Embedded;

/// <summary>
/// Logs in one SQLite file, <c>embedded.db</c>, for one process. What was acknowledged is on the disk: it outlives the death of the
/// process and, on a disk that keeps its word about flushes, a power failure. Logs come into being when they are claimed; a reader of
/// one that is not there yet waits. Readers are woken by the append itself.
/// </summary>
public sealed partial class SqliteConfigLogStore : IConfigLogStore
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<LogName, SqliteConfigLog> _logs = [];
    private readonly SqliteSignal _logsChanged = new();
    private readonly SqliteLogOptions _options;
    private readonly SqliteDatabase _database;
    private readonly SqliteReadPool _reads;
    private readonly SqliteWriteQueue _writes;
    private readonly SqliteTidying _tidying;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile bool _connected = true;
    private int _disposed;

    private SqliteConfigLogStore(SqliteDatabase database, SqliteLogOptions options, TimeProvider time, ILogger logger)
    {
        _database = database;
        _options = options;
        _time = time;
        _logger = logger;
        _reads = new SqliteReadPool(database, Answered);
        _writes = new SqliteWriteQueue(database, Answered);
        _tidying = new SqliteTidying(_reads, _writes, options, time, logger);
    }

    public string Source => "embedded";

    public bool IsConnected => _connected;

    /// <summary>Opens the file in the data folder; makes both when they are not there.</summary>
    /// <exception cref="ArgumentException">The options have faults; see <see cref="SqliteLogOptions.FindFaults"/>.</exception>
    /// <exception cref="LogRefusedException">
    /// The folder cannot be written to or is used by another process, or the file is damaged, another program's, or of a newer version.
    /// </exception>
    public static SqliteConfigLogStore Open(SqliteLogOptions options, TimeProvider time, ILogger<SqliteConfigLogStore> logger)
    {
        var faults = options.FindFaults();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        var database = SqliteDatabase.Open(options);
        var store = new SqliteConfigLogStore(database, options, time, logger);
        if (database.WasLeftOpen)
        {
            store.LogWasLeftOpen(database.Path);
        }

        store.LogOpened(database.Path);
        return store;
    }

    public IConfigLog Open(LogName name) => Find(name);

    public async IAsyncEnumerable<IReadOnlySet<LogName>> WatchLogsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlySet<LogName>? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = _logsChanged.Next;
            var names = await ReadPatientlyAsync("The logs cannot be listed", r => r.ReadNames(), cancellationToken);
            if (last?.SetEquals(names) ?? false)
            {
                await changed.WaitAsync(cancellationToken);
                continue;
            }

            yield return last = names;
        }
    }

    /// <summary>
    /// Removes, now, the records of a log that have a later one of their key, removals older than
    /// <see cref="SqliteLogOptions.RemovalRetention"/>, and history that has expired. Happens by itself when a log has grown enough.
    /// </summary>
    /// <returns>How many records were removed from the log; 0 when there is no such log.</returns>
    /// <exception cref="LogUnavailableException">The file could not be read or written just now.</exception>
    public async Task<long> CompactAsync(LogName name, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return await _tidying.TidyAsync(name, cancellationToken);
    }

    /// <summary>Deletes a log and its history. Its readers wait until somebody claims it anew, and then start over.</summary>
    /// <returns>Whether there was such a log.</returns>
    /// <exception cref="LogUnavailableException">The file could not be written just now.</exception>
    public async Task<bool> DeleteLogAsync(LogName name, CancellationToken cancellationToken)
    {
        var deleted = await _writes.RunAsync($"Log {name} cannot be deleted", w => w.DeleteLog(name), Committed, cancellationToken);
        if (deleted)
        {
            LogDeleted(name);
        }

        return deleted;

        void Committed(bool deleted) => WakeAll(name, deleted);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _tidying.DisposeAsync();
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
        _database.Dispose();
        // Readers that still wait find the store closed.
        _logsChanged.Raise();
        foreach (var log in _logs.Values)
        {
            log.Changed.Raise();
        }
    }

    internal async Task<IConfigLogWriter> ClaimAsync(LogName name, CancellationToken cancellationToken)
    {
        var claim = await _writes.RunAsync($"Log {name} cannot be claimed", w => w.Claim(name), c => WakeAll(name, c.MadeLog), cancellationToken);
        LogClaimed(name, claim.Token, claim.MadeLog);
        return new SqliteConfigLogWriter(this, name, claim);
    }

    internal async Task<long> AppendAsync(
        LogName name, SqliteClaim claim, IReadOnlyList<LogRecord> records, LogRecord? history, CancellationToken cancellationToken)
    {
        var appended = await _writes.RunAsync(
            $"Nothing was appended to log {name}",
            w => w.Append(name, claim, records, history, _time.GetUtcNow(), _options),
            _ => Find(name).Changed.Raise(),
            cancellationToken);
        if (appended.TidyingDue)
        {
            _tidying.Queue(name);
        }

        return appended.Offset;
    }

    internal Task<T> ReadAsync<T>(string what, Func<SqliteReader, T> read, CancellationToken cancellationToken) =>
        _reads.RunAsync(what, read, cancellationToken);

    /// <summary>Reads; tries again until it works when the fault may pass.</summary>
    internal async Task<T> ReadPatientlyAsync<T>(string what, Func<SqliteReader, T> read, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                var result = await _reads.RunAsync(what, read, cancellationToken);
                if (failures > 0)
                {
                    LogReadAgain(failures);
                }

                return result;
            }
            catch (LogUnavailableException e)
            {
                if (failures == 0)
                {
                    LogReadFailed(BetweenTries, e);
                }

                await Task.Delay(BetweenTries, _time, cancellationToken);
            }
        }
    }

    internal void LogReset(LogName log, LogReset reset, long offset) => LogReaderReset(log, offset, reset);

    private SqliteConfigLog Find(LogName name) => _logs.GetOrAdd(name, static (n, store) => new SqliteConfigLog(store, n), this);

    private void WakeAll(LogName name, bool setChanged)
    {
        Find(name).Changed.Raise();
        if (setChanged)
        {
            _logsChanged.Raise();
        }
    }

    private void Answered(bool answered) => _connected = answered;

    [LoggerMessage(3000, LogLevel.Information, "Embedded log {Path} is open")]
    private partial void LogOpened(string path);

    [LoggerMessage(3001, LogLevel.Warning, "Embedded log {Path} was not closed by the process that had it; it was checked and is whole")]
    private partial void LogWasLeftOpen(string path);

    [LoggerMessage(3010, LogLevel.Information, "Log {Log} is claimed: claim {Claim}, made anew: {Made}")]
    private partial void LogClaimed(LogName log, long claim, bool made);

    [LoggerMessage(3011, LogLevel.Warning, "Log {Log} was deleted")]
    private partial void LogDeleted(LogName log);

    [LoggerMessage(3030, LogLevel.Warning, "The embedded log could not be read; it is tried again every {Pause}")]
    private partial void LogReadFailed(TimeSpan pause, Exception fault);

    [LoggerMessage(3032, LogLevel.Information, "The embedded log can be read again, after {Failures} tries that failed")]
    private partial void LogReadAgain(int failures);

    [LoggerMessage(3031, LogLevel.Warning, "A reader of log {Log} at offset {Offset} starts anew from its beginning: {Reset}")]
    private partial void LogReaderReset(LogName log, long offset, LogReset reset);
}
