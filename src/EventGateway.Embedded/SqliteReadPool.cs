using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace EventGateway.Embedded;

/// <summary>Runs reads off their callers, a few at once, on connections that are kept open between them.</summary>
internal sealed class SqliteReadPool(SqliteDatabase database, Action<bool> answered) : IAsyncDisposable
{
    private const int Size = 8;

    private readonly ConcurrentBag<SqliteReader> _idle = [];
    private readonly SemaphoreSlim _free = new(Size);
    private volatile bool _disposed;

    /// <exception cref="Core.Log.LogRefusedException">The file is damaged.</exception>
    /// <exception cref="Core.Log.LogUnavailableException">It could not be read just now.</exception>
    public async Task<T> RunAsync<T>(string what, Func<SqliteReader, T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteConfigLogStore));
            return await Task.Run(() => Run(what, read), CancellationToken.None);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for the reads that run; every later one fails.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        for (var i = 0; i < Size; i++)
        {
            await _free.WaitAsync();
        }

        while (_idle.TryTake(out var reader))
        {
            reader.Dispose();
        }

        // Not disposed of: whoever still waits must find the pool disposed, not the semaphore.
        _free.Release(Size);
    }

    private T Run<T>(string what, Func<SqliteReader, T> read)
    {
        SqliteReader? reader = null;
        var good = false;
        try
        {
            reader = _idle.TryTake(out var idle) ? idle : new SqliteReader(database.OpenConnection());
            var result = read(reader);
            good = true;
            answered(true);
            return result;
        }
        catch (SqliteException fault)
        {
            answered(false);
            throw SqliteFaults.Translate(fault, database.Path, what);
        }
        finally
        {
            if (good)
            {
                _idle.Add(reader!);
            }
            else
            {
                reader?.Dispose();
            }
        }
    }
}
