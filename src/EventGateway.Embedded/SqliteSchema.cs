using EventGateway.Core.Log;
using Microsoft.Data.Sqlite;

namespace EventGateway.Embedded;

/// <summary>The tables of <c>embedded.db</c>. A change of them is a new <see cref="Version"/> and a step from the one before.</summary>
internal static class SqliteSchema
{
    public const int Version = 1;

    /// <summary>"EGLG": tells the file from another program's.</summary>
    public const int ApplicationId = 0x45474C47;

    // AUTOINCREMENT: a log that is made again never gets the id of one before it, so that its readers notice.
    // removed_up_to: the last removal that compaction took out, and removal_rounds: how often it took some. A reader that is not past
    // the former when the latter grows may have missed one.
    // kept_*: what was left after the last compaction.
    private const string Tables = """
        CREATE TABLE log (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            origin TEXT NOT NULL,
            workspace TEXT NOT NULL,
            claim INTEGER NOT NULL DEFAULT 0,
            next_offset INTEGER NOT NULL DEFAULT 0,
            next_history INTEGER NOT NULL DEFAULT 0,
            removed_up_to INTEGER NOT NULL DEFAULT -1,
            removal_rounds INTEGER NOT NULL DEFAULT 0,
            records INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            kept_records INTEGER NOT NULL DEFAULT 0,
            kept_bytes INTEGER NOT NULL DEFAULT 0,
            UNIQUE (origin, workspace)
        ) STRICT;
        CREATE TABLE record (
            log_id INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            key TEXT NOT NULL,
            written_at INTEGER NOT NULL,
            removal_sequence INTEGER,
            removal_epoch INTEGER,
            value BLOB,
            PRIMARY KEY (log_id, offset)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE history (
            log_id INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            key TEXT NOT NULL,
            written_at INTEGER NOT NULL,
            value BLOB,
            PRIMARY KEY (log_id, offset)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE owner (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            pid INTEGER NOT NULL,
            host TEXT NOT NULL,
            clean INTEGER NOT NULL
        ) STRICT;
        """;

    /// <summary>Makes the tables in a new file; in one that has them, checks that they can be used.</summary>
    /// <exception cref="LogRefusedException">The file is another program's, or of a newer version.</exception>
    public static void Ensure(SqliteConnection connection, string path)
    {
        var application = Pragma(connection, "application_id");
        var version = Pragma(connection, "user_version");
        if (application == 0 && version == 0 && IsEmpty(connection))
        {
            Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
            UseWal(connection, path);
            Execute(connection, $"BEGIN IMMEDIATE; {Tables} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}; COMMIT");
            return;
        }

        if (application != ApplicationId)
        {
            throw new LogRefusedException($"{path} is a database of another program; name another folder with --data");
        }

        if (version is < 1 or > Version)
        {
            throw new LogRefusedException(
                $"{path} has schema {version}, but this version of eventgateway knows schema {Version} at most; "
                + "run the version that wrote it, or a newer one, or name another folder with --data");
        }

        UseWal(connection, path);
    }

    public static long Pragma(SqliteConnection connection, string name) =>
        Convert.ToInt64(Scalar(connection, $"PRAGMA {name}"), System.Globalization.CultureInfo.InvariantCulture);

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static bool IsEmpty(SqliteConnection connection) => Scalar(connection, "SELECT count(*) FROM sqlite_schema") is 0L;

    private static void UseWal(SqliteConnection connection, string path)
    {
        if (Scalar(connection, "PRAGMA journal_mode = WAL") is not "wal")
        {
            throw new LogRefusedException(
                $"{path} lies on a file system that cannot share memory between connections (a network share?); name a local folder with --data");
        }
    }
}
