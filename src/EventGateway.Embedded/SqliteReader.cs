using EventGateway.Core.Log;
using Microsoft.Data.Sqlite;

namespace EventGateway.Embedded;

/// <summary>A connection that only reads, with its statements. Used by one thread at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private const int PageRecords = 1000;
    private const long PageBytes = 4 * 1024 * 1024;

    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly SqliteStatement _findLog;
    private readonly SqliteStatement _records;
    private readonly SqliteStatement _history;
    private readonly SqliteStatement _names;
    private readonly SqliteStatement _keys;

    public SqliteReader(SqliteConnection connection)
    {
        _connection = connection;
        SqliteSchema.Execute(connection, "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY");
        _begin = new SqliteStatement(connection, "BEGIN");
        _end = new SqliteStatement(connection, "COMMIT");
        _findLog = new SqliteStatement(
            connection,
            "SELECT id, next_offset, next_history, removed_up_to, removal_rounds FROM log WHERE origin = $origin AND workspace = $workspace",
            "$origin",
            "$workspace");
        _records = new SqliteStatement(
            connection,
            "SELECT offset, key, value, removal_sequence, removal_epoch FROM record WHERE log_id = $log AND offset >= $from ORDER BY offset LIMIT $limit",
            "$log",
            "$from",
            "$limit");
        _history = new SqliteStatement(
            connection,
            "SELECT offset, key, value FROM history WHERE log_id = $log AND offset >= $from AND offset < $end ORDER BY offset LIMIT $limit",
            "$log",
            "$from",
            "$end",
            "$limit");
        _names = new SqliteStatement(connection, "SELECT origin, workspace FROM log");
        _keys = new SqliteStatement(
            connection,
            "SELECT offset, key, written_at, typeof(value) = 'null' FROM record WHERE log_id = $log ORDER BY offset DESC",
            "$log");
    }

    /// <summary>Everything that <paramref name="read"/> asks for is of one moment.</summary>
    public T AtOneMoment<T>(Func<SqliteReader, T> read)
    {
        _begin.Execute();
        var result = read(this);
        _end.Execute();
        return result;
    }

    public SqliteLogRow? FindLog(LogName name)
    {
        using var row = _findLog.Query(name.Origin, name.Workspace);
        return row.Read() ? new SqliteLogRow(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)) : null;
    }

    /// <summary>A page of records from an offset on, and whether there may be more behind it.</summary>
    public (IReadOnlyList<LogRecord> Records, bool More) ReadRecords(long log, long from)
    {
        var records = new List<LogRecord>();
        var bytes = 0L;
        using var rows = _records.Query(log, from, PageRecords);
        while (rows.Read())
        {
            var record = new LogRecord(rows.GetString(1), Value(rows))
            {
                Offset = rows.GetInt64(0),
                RemovalSequence = rows.IsDBNull(3) ? null : rows.GetInt64(3),
                RemovalEpoch = rows.IsDBNull(4) ? null : rows.GetInt64(4),
            };
            records.Add(record);
            bytes += record.Value?.Length ?? 0;
            if (bytes >= PageBytes)
            {
                return (records, true);
            }
        }

        return (records, records.Count == PageRecords);
    }

    /// <summary>A page of history; empty: nothing is left before <paramref name="end"/>.</summary>
    public IReadOnlyList<LogRecord> ReadHistory(long log, long from, long end)
    {
        var entries = new List<LogRecord>();
        var bytes = 0L;
        using var rows = _history.Query(log, from, end, PageRecords);
        while (bytes < PageBytes && rows.Read())
        {
            var entry = new LogRecord(rows.GetString(1), Value(rows)) { Offset = rows.GetInt64(0) };
            entries.Add(entry);
            bytes += entry.Value?.Length ?? 0;
        }

        return entries;
    }

    public IReadOnlySet<LogName> ReadNames()
    {
        var names = new HashSet<LogName>();
        using var rows = _names.Query();
        while (rows.Read())
        {
            names.Add(new LogName(rows.GetString(0), rows.GetString(1)));
        }

        return names;
    }

    /// <summary>Records with a later one of their key, and removals written before <paramref name="removalsBefore"/> (Unix milliseconds).</summary>
    public SqliteGarbage FindGarbage(long log, long removalsBefore)
    {
        var later = new HashSet<string>(StringComparer.Ordinal);
        var superseded = new List<long>();
        var removals = new List<long>();
        using var rows = _keys.Query(log);
        while (rows.Read())
        {
            if (!later.Add(rows.GetString(1)))
            {
                superseded.Add(rows.GetInt64(0));
            }
            else if (rows.GetBoolean(3) && rows.GetInt64(2) <= removalsBefore)
            {
                removals.Add(rows.GetInt64(0));
            }
        }

        removals.Reverse();
        return new SqliteGarbage(log, superseded, removals);
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[_begin, _end, _findLog, _records, _history, _names, _keys])
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    // Typed null: a null array converts to an empty value, which is no removal.
    private static ReadOnlyMemory<byte>? Value(SqliteDataReader row) => row.IsDBNull(2) ? default(ReadOnlyMemory<byte>?) : row.GetFieldValue<byte[]>(2);
}
