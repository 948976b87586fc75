using System.Collections.Concurrent;
using System.Threading.Channels;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Embedded;

/// <summary>
/// Compacts logs and expires their history: in the background when a log grew enough and once an hour, and when asked. Works in small
/// steps, so that no append waits long.
/// </summary>
internal sealed partial class SqliteTidying : IAsyncDisposable
{
    private const int StepRecords = 200;
    private const int StepRemovals = 10_000;
    private const int StepPages = 100;
    private static readonly TimeSpan FirstRound = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromHours(1);

    private readonly Channel<LogName> _due = Channel.CreateUnbounded<LogName>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<LogName, bool> _queued = [];
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly SqliteReadPool _reads;
    private readonly SqliteWriteQueue _writes;
    private readonly SqliteLogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _background;
    private readonly Task _rounds;

    public SqliteTidying(SqliteReadPool reads, SqliteWriteQueue writes, SqliteLogOptions options, TimeProvider time, ILogger logger)
    {
        _reads = reads;
        _writes = writes;
        _options = options;
        _time = time;
        _logger = logger;
        _background = TidyDueLogsAsync();
        _rounds = QueueAllHourlyAsync();
    }

    /// <summary>Has the log tidied in the background, unless that is about to happen anyway.</summary>
    public void Queue(LogName name)
    {
        if (_queued.TryAdd(name, true))
        {
            _due.Writer.TryWrite(name);
        }
    }

    /// <returns>How many records were removed from the log.</returns>
    public async Task<long> TidyAsync(LogName name, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var started = _time.GetTimestamp();
            var now = _time.GetUtcNow();
            var removalsBefore = (now - _options.RemovalRetention).ToUnixTimeMilliseconds();
            var garbage = await _reads.RunAsync(
                $"Log {name} cannot be compacted",
                r => r.AtOneMoment(s => s.FindLog(name) is { } log ? s.FindGarbage(log.Id, removalsBefore) : null),
                cancellationToken);
            if (garbage is null)
            {
                return 0;
            }

            var removed = await RemoveAsync(name, garbage, cancellationToken);
            var expired = await ExpireAsync(name, garbage.LogId, now, cancellationToken);
            await ShrinkAsync(name, cancellationToken);
            if (removed + expired > 0)
            {
                LogTidied(name, removed, expired, _time.GetElapsedTime(started).TotalMilliseconds);
            }

            return removed;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _due.Writer.Complete();
        await _background;
        await _rounds;
        _stop.Dispose();
    }

    private async Task<long> RemoveAsync(LogName name, SqliteGarbage garbage, CancellationToken cancellationToken)
    {
        var removed = 0L;
        foreach (var step in garbage.Superseded.Chunk(StepRecords))
        {
            removed += await WriteAsync(name, w => w.RemoveSuperseded(garbage.LogId, step), cancellationToken);
        }

        // Large steps: each may send a reader that replays the log back to its beginning.
        foreach (var step in garbage.Removals.Chunk(StepRemovals))
        {
            removed += await WriteAsync(name, w => w.RemoveRemovals(garbage.LogId, step), cancellationToken);
        }

        await WriteAsync(name, w => NoteCompacted(w, garbage.LogId), cancellationToken);
        return removed;
    }

    private async Task<long> ExpireAsync(LogName name, long log, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var expired = 0L;
        int step;
        do
        {
            step = await WriteAsync(
                name, w => w.ExpireHistory(log, now - _options.HistoryRetention, _options.HistoryMaxEntries, StepRecords), cancellationToken);
            expired += step;
        }
        while (step == StepRecords);

        return expired;
    }

    private async Task ShrinkAsync(LogName name, CancellationToken cancellationToken)
    {
        while (await WriteAsync(name, w => w.Shrink(StepPages), cancellationToken))
        {
        }
    }

    private Task<T> WriteAsync<T>(LogName name, Func<SqliteLogWrites, T> work, CancellationToken cancellationToken) =>
        _writes.RunAsync($"Log {name} cannot be compacted", work, null, cancellationToken);

    private static bool NoteCompacted(SqliteLogWrites writes, long log)
    {
        writes.NoteCompacted(log);
        return true;
    }

    private async Task TidyDueLogsAsync()
    {
        await foreach (var name in _due.Reader.ReadAllAsync())
        {
            _queued.TryRemove(name, out _);
            try
            {
                await TidyAsync(name, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is LogUnavailableException or LogRefusedException)
            {
                LogTidyingFailed(name, e);
            }
        }
    }

    private async Task QueueAllHourlyAsync()
    {
        var wait = FirstRound;
        while (true)
        {
            try
            {
                await Task.Delay(wait, _time, _stop.Token);
                wait = BetweenRounds;
                foreach (var name in await _reads.RunAsync("The logs cannot be listed", r => r.ReadNames(), _stop.Token))
                {
                    Queue(name);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is LogUnavailableException or LogRefusedException)
            {
                LogRoundFailed(e);
            }
        }
    }

    [LoggerMessage(3020, LogLevel.Information, "Tidied log {Log}: {Records} records compacted away, {Entries} history entries expired, in {Milliseconds:F0} ms")]
    private partial void LogTidied(LogName log, long records, long entries, double milliseconds);

    [LoggerMessage(3021, LogLevel.Warning, "Log {Log} was not tidied; it is tried again within the hour")]
    private partial void LogTidyingFailed(LogName log, Exception fault);

    [LoggerMessage(3022, LogLevel.Warning, "The logs could not be listed to be tidied; it is tried again within the hour")]
    private partial void LogRoundFailed(Exception fault);
}
