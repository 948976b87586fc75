using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace EventGateway.Embedded;

/// <summary>
/// Owns the thread that writes. Jobs run in the order in which they came; those that queue up while a commit waits for the disk share
/// the next commit, so that many logs starting at once cost few flushes. One that fails takes none of the others with it.
/// </summary>
internal sealed class SqliteWriteQueue : IAsyncDisposable
{
    private const int MostJobsInOneCommit = 64;

    private readonly BlockingCollection<SqliteWriteJob> _jobs = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<bool> _answered;
    private readonly SqliteLogWrites _writes;
    private readonly string _path;

    public SqliteWriteQueue(SqliteDatabase database, Action<bool> answered)
    {
        _path = database.Path;
        _answered = answered;
        _writes = new SqliteLogWrites(database.Writing);
        new Thread(WriteAll) { Name = "embedded log writer", IsBackground = true }.Start();
    }

    /// <param name="what">For messages: what failed when this does.</param>
    /// <param name="work">Runs on the writing thread, inside a transaction.</param>
    /// <param name="committed">Runs when the work is durable, before the task completes; must be short and not throw.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before it began; nothing was written.</exception>
    public Task<T> RunAsync<T>(string what, Func<SqliteLogWrites, T> work, Action<T>? committed, CancellationToken cancellationToken)
    {
        var job = new SqliteWriteJob<T>(what, work, committed, cancellationToken);
        try
        {
            _jobs.Add(job, CancellationToken.None);
        }
        catch (InvalidOperationException e)
        {
            return Task.FromException<T>(new ObjectDisposedException($"{nameof(SqliteConfigLogStore)} of {_path} is closed", e));
        }

        return job.Task;
    }

    /// <summary>Finishes what is queued.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.CompleteAdding();
        await _ended.Task;
    }

    private void WriteAll()
    {
        var batch = new List<SqliteWriteJob>();
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            batch.Add(job);
            while (batch.Count < MostJobsInOneCommit && _jobs.TryTake(out var next))
            {
                batch.Add(next);
            }

            Commit(batch);
            batch.Clear();
        }

        _writes.Dispose();
        _jobs.Dispose();
        _ended.SetResult();
    }

    private void Commit(List<SqliteWriteJob> jobs)
    {
        var begun = false;
        try
        {
            _writes.Begin();
            begun = true;
            foreach (var job in jobs)
            {
                Run(job);
            }

            _writes.Commit();
            _answered(true);
        }
        catch (SqliteException fault)
        {
            TryRollback();
            if (begun && jobs.Count > 1)
            {
                // One of them was too much for the disk, say; the others need not be.
                foreach (var job in jobs)
                {
                    Commit([job]);
                }

                return;
            }

            _answered(false);
            jobs.ForEach(j => j.Reject(SqliteFaults.Translate(fault, _path, j.What)));
        }

        foreach (var job in jobs)
        {
            job.Complete();
        }
    }

    private void TryRollback()
    {
        try
        {
            _writes.Rollback();
        }
        catch (SqliteException)
        {
            // The fault that led here is the one to tell. The next transaction tries again before it begins.
        }
    }

    private void Run(SqliteWriteJob job)
    {
        _writes.Save();
        try
        {
            job.Run(_writes);
        }
        catch (Exception e) when (e is not SqliteException)
        {
            // Whoever waits for the job gets it; the jobs beside it go on.
            _writes.Unsave();
            job.Reject(e);
        }

        _writes.Release();
    }
}
