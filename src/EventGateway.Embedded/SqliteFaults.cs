using EventGateway.Core.Log;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EventGateway.Embedded;

/// <summary>Says what a fault of SQLite means to somebody who runs the gateway: which file, what is wrong, what helps.</summary>
internal static class SqliteFaults
{
    /// <summary>
    /// <see cref="LogRefusedException"/> when a person must act on the file first, <see cref="LogUnavailableException"/> when the same
    /// may work later, as after somebody has made room on the disk.
    /// </summary>
    public static Exception Translate(SqliteException fault, string path, string what)
    {
        var detail = $"SQLite error {fault.SqliteErrorCode}/{fault.SqliteExtendedErrorCode}: {fault.Message}";
        return fault.SqliteErrorCode switch
        {
            raw.SQLITE_NOTADB => new LogRefusedException(
                $"{what}: {path} is not a database. Move it away, or name another folder with --data; a new one is made and filled from your manifests. {detail}",
                fault),
            raw.SQLITE_CORRUPT => Corrupt(path, what, detail, fault),
            raw.SQLITE_FULL => new LogUnavailableException(
                $"{what}: the disk of {path} is full. Make room; it goes on by itself. {detail}", fault),
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN or raw.SQLITE_AUTH => new LogUnavailableException(
                $"{what}: {path} cannot be opened for writing. Give this user the right to read and write it and its folder, or name another with --data. {detail}",
                fault),
            raw.SQLITE_IOERR => new LogUnavailableException(
                $"{what}: the disk of {path} fails to read or write. Look at the system's log; it goes on when the disk does. {detail}", fault),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new LogUnavailableException(
                $"{what}: another program holds a lock on {path}. Close it (an SQLite shell, a backup). {detail}", fault),
            _ => new LogUnavailableException($"{what}: {path} did not answer. {detail}", fault),
        };
    }

    public static LogRefusedException Corrupt(string path, string what, string detail, Exception? fault = null) => new(
        $"{what}: {path} is damaged. Stop the gateway and restore the file from a backup, or move it and its -wal and -shm files away; "
        + $"a new one is made and filled from your manifests. {detail}",
        fault);
}
