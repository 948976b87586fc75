using EventGateway.Core.Log;
using Microsoft.Data.Sqlite;

namespace EventGateway.Embedded;

/// <summary>Everything that changes the file. Used by the writing thread only; all but the transaction's own steps run inside one.</summary>
internal sealed class SqliteLogWrites : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _all = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _save;
    private readonly SqliteStatement _unsave;
    private readonly SqliteStatement _release;
    private readonly SqliteStatement _makeLog;
    private readonly SqliteStatement _claim;
    private readonly SqliteStatement _logForAppend;
    private readonly SqliteStatement _logByName;
    private readonly SqliteStatement _insertRecord;
    private readonly SqliteStatement _insertHistory;
    private readonly SqliteStatement _updateLog;
    private readonly SqliteStatement _deleteRecord;
    private readonly SqliteStatement _removedUpTo;
    private readonly SqliteStatement _subtract;
    private readonly SqliteStatement _kept;
    private readonly SqliteStatement _expire;

    public SqliteLogWrites(SqliteConnection connection)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _save = Prepare("SAVEPOINT job");
        _unsave = Prepare("ROLLBACK TO job");
        _release = Prepare("RELEASE job");
        _makeLog = Prepare("INSERT INTO log (origin, workspace) VALUES ($origin, $workspace) ON CONFLICT DO NOTHING", "$origin", "$workspace");
        _claim = Prepare(
            "UPDATE log SET claim = claim + 1 WHERE origin = $origin AND workspace = $workspace RETURNING id, claim", "$origin", "$workspace");
        _logForAppend = Prepare(
            "SELECT claim, next_offset, next_history, records, bytes, kept_records, kept_bytes FROM log WHERE id = $log", "$log");
        _logByName = Prepare("SELECT id FROM log WHERE origin = $origin AND workspace = $workspace", "$origin", "$workspace");
        _insertRecord = Prepare(
            "INSERT INTO record (log_id, offset, key, written_at, removal_sequence, removal_epoch, value) VALUES ($log, $offset, $key, $now, $sequence, $epoch, $value)",
            "$log", "$offset", "$key", "$now", "$sequence", "$epoch", "$value");
        _insertHistory = Prepare(
            "INSERT INTO history (log_id, offset, key, written_at, value) VALUES ($log, $offset, $key, $now, $value)",
            "$log", "$offset", "$key", "$now", "$value");
        _updateLog = Prepare(
            "UPDATE log SET next_offset = $next, next_history = $history, records = $records, bytes = $bytes WHERE id = $log",
            "$next", "$history", "$records", "$bytes", "$log");
        _deleteRecord = Prepare(
            "DELETE FROM record WHERE log_id = $log AND offset = $offset RETURNING coalesce(length(value), 0)", "$log", "$offset");
        _removedUpTo = Prepare("UPDATE log SET removed_up_to = max(removed_up_to, $offset), removal_rounds = removal_rounds + 1 WHERE id = $log", "$offset", "$log");
        _subtract = Prepare("UPDATE log SET records = records - $records, bytes = bytes - $bytes WHERE id = $log", "$records", "$bytes", "$log");
        _kept = Prepare("UPDATE log SET kept_records = records, kept_bytes = bytes WHERE id = $log", "$log");
        _expire = Prepare(
            """
            DELETE FROM history WHERE log_id = $log AND offset IN (
                SELECT offset FROM history WHERE log_id = $log
                    AND (written_at < $before OR offset < (SELECT next_history - $most FROM log WHERE id = $log))
                ORDER BY offset LIMIT $limit)
            """,
            "$log", "$before", "$most", "$limit");
    }

    public void Begin()
    {
        Rollback();
        _begin.Execute();
    }

    public void Commit() => _commit.Execute();

    /// <summary>Ends a transaction that failed; some faults have done so already.</summary>
    public void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle!) == 0)
        {
            _rollback.Execute();
        }
    }

    /// <summary>Begins the part of the transaction that <see cref="Unsave"/> takes back.</summary>
    public void Save() => _save.Execute();

    public void Unsave() => _unsave.Execute();

    public void Release() => _release.Execute();

    public SqliteClaim Claim(LogName name)
    {
        var made = _makeLog.Execute(name.Origin, name.Workspace) > 0;
        using var row = _claim.Query(name.Origin, name.Workspace);
        row.Read();
        return new SqliteClaim(row.GetInt64(0), row.GetInt64(1), made);
    }

    public SqliteAppended Append(
        LogName name, SqliteClaim claim, IReadOnlyList<LogRecord> records, LogRecord? history, DateTimeOffset now, SqliteLogOptions options)
    {
        var (next, nextHistory, count, bytes, keptCount, keptBytes) = ReadForAppend(name, claim);
        var writtenAt = now.ToUnixTimeMilliseconds();
        foreach (var record in records)
        {
            _insertRecord.Execute(
                claim.LogId, next++, record.Key, writtenAt, record.RemovalSequence, record.RemovalEpoch, record.Value?.ToArray());
            bytes += record.Value?.Length ?? 0;
        }

        count += records.Count;
        var tidy = count - keptCount >= Math.Max(options.CompactionThreshold, keptCount)
            || bytes - keptBytes >= Math.Max(options.CompactionThresholdBytes, keptBytes);
        if (history is not null)
        {
            _insertHistory.Execute(claim.LogId, nextHistory++, history.Key, writtenAt, history.Value?.ToArray());
            // A tenth over the limit is allowed, so that tidying has something to do when it runs.
            tidy |= nextHistory > options.HistoryMaxEntries && nextHistory % Math.Max(1, options.HistoryMaxEntries / 10) == 0;
        }

        _updateLog.Execute(next, nextHistory, count, bytes, claim.LogId);
        return new SqliteAppended(next - 1, tidy);
    }

    /// <returns>Whether there was such a log.</returns>
    public bool DeleteLog(LogName name)
    {
        if (FindLog(name) is not { } log)
        {
            return false;
        }

        foreach (var sql in (ReadOnlySpan<string>)["DELETE FROM record WHERE log_id = $log", "DELETE FROM history WHERE log_id = $log", "DELETE FROM log WHERE id = $log"])
        {
            using var delete = new SqliteStatement(_connection, sql, "$log");
            delete.Execute(log);
        }

        return true;
    }

    /// <summary>Removes removals that are the last of their key, and notes it for readers that are not past them.</summary>
    public int RemoveRemovals(long log, IReadOnlyList<long> offsets)
    {
        _removedUpTo.Execute(offsets[^1], log);
        return RemoveSuperseded(log, offsets);
    }

    public int RemoveSuperseded(long log, IEnumerable<long> offsets)
    {
        var (removed, bytes) = (0, 0L);
        foreach (var offset in offsets)
        {
            using var row = _deleteRecord.Query(log, offset);
            if (row.Read())
            {
                removed++;
                bytes += row.GetInt64(0);
            }
        }

        _subtract.Execute(removed, bytes, log);
        return removed;
    }

    /// <summary>Notes that the log holds no garbage now.</summary>
    public void NoteCompacted(long log) => _kept.Execute(log);

    /// <returns>How many entries went; <paramref name="limit"/>: there may be more.</returns>
    public int ExpireHistory(long log, DateTimeOffset before, int most, int limit) =>
        _expire.Execute(log, before.ToUnixTimeMilliseconds(), most, limit);

    /// <summary>Gives unused pages back to the file system when they are most of the file.</summary>
    /// <returns>Whether there may be more to give back.</returns>
    public bool Shrink(int pages)
    {
        var free = SqliteSchema.Pragma(_connection, "freelist_count");
        if (free < pages || free * 2 < SqliteSchema.Pragma(_connection, "page_count"))
        {
            return false;
        }

        SqliteSchema.Execute(_connection, $"PRAGMA incremental_vacuum({pages})");
        return true;
    }

    public void Dispose() => _all.ForEach(s => s.Dispose());

    private (long Next, long NextHistory, long Count, long Bytes, long KeptCount, long KeptBytes) ReadForAppend(LogName name, SqliteClaim claim)
    {
        using var row = _logForAppend.Query(claim.LogId);
        if (!row.Read())
        {
            throw FindLog(name) is null
                ? new LogUnavailableException($"The log {name} was deleted; claiming it makes it anew")
                : new LogFencedException($"The log {name} was deleted, and somebody else has made and claimed it anew");
        }

        return row.GetInt64(0) == claim.Token
            ? (row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6))
            : throw new LogFencedException($"Somebody else has claimed the log {name}: the claim is {row.GetInt64(0)}, ours was {claim.Token}");
    }

    private long? FindLog(LogName name)
    {
        using var row = _logByName.Query(name.Origin, name.Workspace);
        return row.Read() ? row.GetInt64(0) : null;
    }

    private SqliteStatement Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var statement = new SqliteStatement(_connection, sql, parameters);
        _all.Add(statement);
        return statement;
    }
}
