using System.Globalization;
using EventGateway.Core.Log;
using Microsoft.Data.Sqlite;

namespace EventGateway.Embedded;

/// <summary>
/// The file <c>embedded.db</c>, held by this process alone while the object lives: nobody else could be woken by what we append, nor
/// wake us. The lock is on a file of its own and ends with the process, however it ends.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _connectionString;

    private SqliteDatabase(string path, FileStream fileLock)
    {
        Path = path;
        _lock = fileLock;
        // Own pool: the driver's outlives the store and would keep the file open.
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString();
        Writing = OpenConnection();
    }

    public string Path { get; }

    /// <summary>The one connection that writes.</summary>
    public SqliteConnection Writing { get; }

    /// <summary>Whether the process that had the file before did not get to close it.</summary>
    public bool WasLeftOpen { get; private set; }

    /// <exception cref="LogRefusedException">The file cannot be used; the message says why and what helps.</exception>
    public static SqliteDatabase Open(SqliteLogOptions options)
    {
        var folder = System.IO.Path.GetFullPath(options.DataFolder);
        var path = System.IO.Path.Combine(folder, "embedded.db");
        const string What = "The embedded log cannot be opened";
        FileStream? fileLock = null;
        SqliteDatabase? database = null;
        var opened = false;
        try
        {
            fileLock = Lock(folder, path);
            CreatePrivately(path);
            database = new SqliteDatabase(path, fileLock);
            database.Prepare(options);
            opened = true;
            return database;
        }
        catch (SqliteException e)
        {
            var fault = SqliteFaults.Translate(e, path, What);
            throw fault as LogRefusedException ?? new LogRefusedException(fault.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogRefusedException(
                $"{What}: {folder} cannot be written to. Give this user the right, or name another folder with --data. {e.Message}", e);
        }
        finally
        {
            if (!opened)
            {
                database?.Writing.Dispose();
                fileLock?.Dispose();
            }
        }
    }

    public SqliteConnection OpenConnection()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file; every other connection must be closed before.</summary>
    public void Dispose()
    {
        try
        {
            SqliteSchema.Execute(Writing, "UPDATE owner SET clean = 1");
        }
        catch (SqliteException)
        {
            // The next start checks the file, which is what a fault here calls for.
        }

        Writing.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(string folder, string path)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(path + ".lock", Private(FileShare.None));
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            throw new LogRefusedException(
                $"The folder {folder} is used by {ReadOwner(path)}, and the embedded log serves one process; stop that one, or name another folder with --data",
                e);
        }
    }

    /// <summary>EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows.</summary>
    private static bool IsSharingViolation(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string ReadOwner(string path)
    {
        try
        {
            var connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly, DefaultTimeout = 1 };
            using var connection = new SqliteConnection(connectionString.ToString());
            connection.Open();
            using var statement = new SqliteStatement(connection, "SELECT pid, host FROM owner");
            using var row = statement.Query();
            return row.Read()
                ? string.Create(CultureInfo.InvariantCulture, $"process {row.GetInt64(0)} on {row.GetString(1)}")
                : "another process";
        }
        catch (SqliteException)
        {
            return "another process";
        }
    }

    /// <summary>SQLite gives its -wal and -shm files the rights of the database.</summary>
    private static void CreatePrivately(string path)
    {
        if (!File.Exists(path))
        {
            new FileStream(path, Private(FileShare.ReadWrite)).Dispose();
        }
    }

    private static FileStreamOptions Private(FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private void Prepare(SqliteLogOptions options)
    {
        SqliteSchema.Ensure(Writing, Path);
        // FULL: the write-ahead log is flushed to the disk by each commit, so that what was acknowledged also outlives a power failure.
        SqliteSchema.Execute(Writing, "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY");
        if (options.MaxPages is { } pages)
        {
            SqliteSchema.Execute(Writing, $"PRAGMA max_page_count = {pages}");
        }

        WasLeftOpen = SqliteSchema.Scalar(Writing, "SELECT clean FROM owner") is 0L;
        if (WasLeftOpen && SqliteSchema.Scalar(Writing, "PRAGMA quick_check(1)") is string finding && finding != "ok")
        {
            throw SqliteFaults.Corrupt(Path, "The embedded log cannot be opened", finding);
        }

        using var own = new SqliteStatement(Writing, "INSERT OR REPLACE INTO owner (one, pid, host, clean) VALUES (1, $pid, $host, 0)", "$pid", "$host");
        own.Execute((long)Environment.ProcessId, Environment.MachineName);
    }
}
