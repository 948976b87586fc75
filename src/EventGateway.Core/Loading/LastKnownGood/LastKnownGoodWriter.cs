using EventGateway.Core.Image;
using EventGateway.Core.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Loading.LastKnownGood;

/// <summary>
/// Follows the images and keeps their files up to date, on the side: a change only leaves a note. The first image of a log is written
/// at once, later ones at a pace that grows with the size of what was written; what still waits at a clean stop is written then. A write
/// that fails is counted and told once, and tried again; traffic does not notice. Owns a lock over the notes.
/// </summary>
public sealed partial class LastKnownGoodWriter(LastKnownGoodFolder folder, TimeProvider time, ILogger<LastKnownGoodWriter> logger) : BackgroundService, IImagePublisher
{
    private readonly LastKnownGoodOptions _options = folder.Options;
    private readonly Lock _lock = new();
    private readonly Dictionary<LogName, (ConfigImage Image, long Since)> _waiting = [];
    private TaskCompletionSource _noted = NewSignal();
    private long _replacedAt = long.MinValue;
    private TimeSpan _pause;
    private long _failedAt = long.MinValue;
    private long _failures;
    private volatile string? _fault;

    public string Name => "last-known-good";

    /// <summary>Writes that have failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Why the last write failed; null: it did not.</summary>
    public string? Fault => _fault;

    /// <inheritdoc/>
    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        lock (_lock)
        {
            if (folder.Copies.TryGetValue(log, out var copy) && copy.IsOf(image))
            {
                _waiting.Remove(log);
                return;
            }

            if (_waiting.TryGetValue(log, out var note))
            {
                _waiting[log] = note with { Image = image };
                return;
            }

            _waiting[log] = (image, time.GetTimestamp());
            _noted.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        while (Next() is { } next)
        {
            // One try each: a disk that is full now is full for all of them.
            if (!TryWrite(next.Log))
            {
                return;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var noted = Noted();
                if (Next() is not { } next)
                {
                    await noted.WaitAsync(stoppingToken);
                }
                else if (next.Wait > TimeSpan.Zero)
                {
                    await WaitAsync(noted, next.Wait, stoppingToken);
                }
                else
                {
                    TryWrite(next.Log);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>A note on another log may be due earlier than the one that is waited for.</summary>
    private async Task WaitAsync(Task noted, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(noted, Task.Delay(wait, time, over.Token));
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Task Noted()
    {
        lock (_lock)
        {
            if (_noted.Task.IsCompleted)
            {
                _noted = NewSignal();
            }

            return _noted.Task;
        }
    }

    private (LogName Log, TimeSpan Wait)? Next()
    {
        lock (_lock)
        {
            (LogName Log, TimeSpan Wait)? next = null;
            foreach (var (log, note) in _waiting)
            {
                var wait = Wait(log, note.Since);
                if (next is null || wait < next.Value.Wait)
                {
                    next = (log, wait);
                }
            }

            return next;
        }
    }

    private TimeSpan Wait(LogName log, long since)
    {
        var wait = _options.Settle - time.GetElapsedTime(since);
        if (_failedAt != long.MinValue)
        {
            wait = Longer(wait, _options.RetryAfter - time.GetElapsedTime(_failedAt));
        }

        // A log without a file is what a start without the log store would miss most.
        return folder.Copies.ContainsKey(log) && _replacedAt != long.MinValue ? Longer(wait, _pause - time.GetElapsedTime(_replacedAt)) : wait;
    }

    private bool TryWrite(LogName log)
    {
        ConfigImage image;
        lock (_lock)
        {
            _waiting.Remove(log, out var note);
            image = note.Image;
        }

        var isReplacement = folder.Copies.ContainsKey(log);
        try
        {
            var started = time.GetTimestamp();
            var size = folder.Write(log, image, time.GetUtcNow());
            Written(log, image, size, isReplacement ? started : null);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(log, image, e.Message);
            return false;
        }
    }

    private void Written(LogName log, ConfigImage image, long size, long? replacedAt)
    {
        lock (_lock)
        {
            _failedAt = long.MinValue;
            if (replacedAt is { } at)
            {
                (_replacedAt, _pause) = (at, Longer(_options.Interval, TimeSpan.FromSeconds((double)size / _options.BytesPerSecond)));
            }
        }

        if (_fault is not null)
        {
            _fault = null;
            LogWritableAgain(_options.Folder);
        }

        LogWritten(log, image.Position.Commit, size);
    }

    private void Failed(LogName log, ConfigImage image, string reason)
    {
        Interlocked.Increment(ref _failures);
        lock (_lock)
        {
            _failedAt = time.GetTimestamp();
            _waiting.TryAdd(log, (image, _failedAt));
        }

        if (_fault is null)
        {
            LogFailed(log, reason);
        }

        _fault = reason;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1030, LogLevel.Debug, "{Log}: commit {Commit} is in its last-known-good file ({Bytes} bytes)")]
    private partial void LogWritten(LogName log, long commit, long bytes);

    [LoggerMessage(1031, LogLevel.Warning, "{Log}: its last-known-good file cannot be written: {Reason}. Traffic goes on; a restart without the log store would start from an older config. Tried again, told once")]
    private partial void LogFailed(LogName log, string reason);

    [LoggerMessage(1032, LogLevel.Information, "The last-known-good files in {Folder} can be written again")]
    private partial void LogWritableAgain(string folder);
}
