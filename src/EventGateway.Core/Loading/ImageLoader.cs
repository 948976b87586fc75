using EventGateway.Core.Image;
using EventGateway.Core.Loading.LastKnownGood;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Loading;

/// <summary>
/// Follows one log for as long as it runs: reads, assembles, and hands each new image on. Nothing is handed on before everything
/// up to the end captured at the start was read and the log's writer has said that it is populated; a log that starts anew is
/// assembled on the side and swapped in the same way, so that what serves is never a half of something. A last-known-good image may
/// serve meanwhile; the log's own then replaces it like any other. Owns a lock, under which images change.
/// </summary>
public sealed partial class ImageLoader
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfterRefusal = TimeSpan.FromSeconds(10);

    private readonly IConfigLog _log;
    private readonly ImageBroadcast _broadcast;
    private readonly TimeProvider _time;
    private readonly ILogger<ImageLoader> _logger;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _serves = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImageAssembler _assembler = new();
    private ConfigImage _published = ConfigImage.Empty;
    private (ConfigImage Image, DateTimeOffset WrittenAt)? _lastKnownGood;
    private LogPosition _heard = LogPosition.None;
    private bool _startsAnew = true;

    // After a reset: a writer that has not noticed yet may put a heartbeat into a log that holds nothing else.
    private bool _awaitsWriter;
    private bool _rebuild;

    // Read anew because the hash differed, and it has not matched since: once more would not help.
    private bool _wasRebuilt;
    private string? _mismatch;
    private string? _notTaken;
    private bool _wasRead;
    private long _progressAt;
    private volatile LogStatus _status;

    public ImageLoader(IConfigLog log, ImageBroadcast broadcast, TimeProvider time, ILogger<ImageLoader> logger)
    {
        _log = log;
        _broadcast = broadcast;
        _time = time;
        _logger = logger;
        _status = new LogStatus(log.Name);
    }

    /// <summary>Nothing of the log is put into use before this has ended. Default: it has.</summary>
    internal Task MayPublish { get; init; } = Task.CompletedTask;

    /// <summary>The status without what the publishers refused: asks none of them, so that readiness can be asked for while they work.</summary>
    internal LogStatus Progress => _status;

    public LogStatus Status => _status with { Refused = [.. _status.Refused, .. _broadcast.Refused(_log.Name)] };

    /// <summary>Ends with the first image in use, the log's own or the last-known-good.</summary>
    internal Task Serves => _serves.Task;

    /// <summary>
    /// Gives the loader an image to serve when the log does not answer. From now on a log that has lost what this image holds does not
    /// replace it. Call it before <see cref="MayPublish"/> ends.
    /// </summary>
    internal void Offer(ConfigImage image, DateTimeOffset writtenAt)
    {
        lock (_lock)
        {
            _lastKnownGood = (image, writtenAt);

            // A heartbeat in a log that holds nothing else must not empty this image either.
            _awaitsWriter = true;
        }
    }

    /// <summary>Puts the image that was offered into use, unless the log's own is.</summary>
    internal void UseLastKnownGood()
    {
        lock (_lock)
        {
            UseLastKnownGood_NeedsLock();
        }
    }

    /// <summary>Tells that there is a last-known-good file and why it is not used, for as long as the log is not read.</summary>
    internal void RefuseLastKnownGood(string reason) =>
        SetStatus(s => s.CaughtUp ? s : s with { Refused = [new RefusedRecord(LastKnownGoodFolder.Name, reason)] });

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ReadAsync(cancellationToken);
            }
            catch (LogRefusedException e)
            {
                LogRefused(_log.Name, e.Message);
                SetStatus(s => s with { Fault = e.Message });
                await Task.Delay(RetryAfterRefusal, _time, cancellationToken);
            }

            StartAnew();
        }
    }

    /// <summary>Returns only to have the log read from its beginning.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        _progressAt = _time.GetTimestamp();
        await foreach (var batch in _log.ReadAsync(0, cancellationToken))
        {
            if (batch.Reset != LogReset.None)
            {
                LogStartsAnew(_log.Name, batch.Reset);
                StartAnew();
                _awaitsWriter = true;
            }

            foreach (var record in batch.Records)
            {
                _assembler.Add(record);
            }

            if (batch.ReachedEnd)
            {
                await MayPublish.WaitAsync(cancellationToken);
                Publish(batch);
            }
            else
            {
                ReportProgress(batch);
            }

            if (_rebuild)
            {
                _rebuild = false;
                return;
            }
        }
    }

    private void StartAnew()
    {
        _assembler = new ImageAssembler();
        _startsAnew = true;
    }

    private void Publish(LogBatch batch)
    {
        LogStatus before;
        lock (_lock)
        {
            before = _status;
            CheckHash();
            var reason = _rebuild ? before.Fault : WhyNotTaken_NeedsLock();
            if (!_rebuild && reason is null)
            {
                _awaitsWriter = false;
                PublishImage_NeedsLock();
            }
            else if (reason is not null)
            {
                // Waiting for the log makes it no better.
                UseLastKnownGood_NeedsLock();
            }

            _status = _status with
            {
                Image = _published,
                LastKnownGoodAt = _wasRead ? null : _status.LastKnownGoodAt,
                CaughtUp = before.CaughtUp || !_rebuild,
                ReadOffset = batch.NextOffset,
                EndOffset = batch.EndOffset,
                LastHeardAt = _assembler.Commit is null || _assembler.Position == _heard ? before.LastHeardAt : _time.GetUtcNow(),
                Refused = [.. _assembler.Unreadable.Select(u => new RefusedRecord(u.Key, u.Value))],
                IgnoredRecords = _assembler.IgnoredRecords,
                HashMatches = _assembler.HashMatches,
                Fault = _lastKnownGood is null || _wasRead ? null : reason,
            };
        }

        _heard = _assembler.Position;
        ReportTaking(before);
        ReportUnreadable(before);
    }

    /// <summary>Why what was read is not put into use; null: it is.</summary>
    private string? WhyNotTaken_NeedsLock() => _assembler.Commit switch
    {
        null or { Populated: false } => "the log does not hold a whole config (yet); its last-known-good image stays in use until its writer has put all into it",
        _ when !IsTheWriters => "what the log holds is not what its writer states; its last-known-good image stays in use until the writer has put it right",
        { } commit when IsBehindLastKnownGood(commit) =>
            $"the log is at commit {commit.Commit}, behind the last-known-good image's {_lastKnownGood?.Image.Position.Commit}: it has lost what came last, and the image stays in use until the writer has put it right",
        _ => null,
    };

    /// <summary>
    /// The same log, at an earlier place than the file: served, it would bring back what was deleted since. Once its writer has gone on
    /// from there, and has not merely claimed it, the log says what is wanted.
    /// </summary>
    private bool IsBehindLastKnownGood(LogCommit commit) =>
        !_wasRead && _lastKnownGood?.Image.Position is { } known && known.LogId == commit.LogId
        && (commit.Version < new RecordVersion(known.Epoch, known.Sequence) || (commit.Commit < known.Commit && commit.Reason == CommitReason.Claim));

    private void UseLastKnownGood_NeedsLock()
    {
        if (_wasRead || _status.LastKnownGoodAt is not null || _lastKnownGood is not { } known)
        {
            return;
        }

        // The status last: who is told that the image is in use must find it in use.
        _published = known.Image;
        _broadcast.Publish(_log.Name, ConfigDelta.FromEmpty(known.Image), known.Image);
        _status = _status with { Image = known.Image, LastKnownGoodAt = known.WrittenAt };
        _serves.TrySetResult();
        LogLastKnownGood(_log.Name, known.WrittenAt, known.Image.Position.Commit, known.Image.Count, known.Image.Hash);
    }

    /// <summary>Records that cannot be read explain a hash that differs; an older build must not wait for ever for a newer writer.</summary>
    private bool IsTheWriters => !_awaitsWriter || _assembler.HashMatches || _assembler.Unreadable.Count > 0;

    private void PublishImage_NeedsLock()
    {
        if (_startsAnew || _assembler.HasChanges)
        {
            var (delta, image) = _assembler.Take();
            delta = _startsAnew ? ConfigDelta.Between(_published, image) : delta;
            _startsAnew = false;
            _published = image;
            _broadcast.Publish(_log.Name, delta, image);
            LogImage(_log.Name, image.Position.Commit, image.Position.Offset, delta.Count, image.Hash);
        }
        else if (_assembler.Position != _published.Position)
        {
            // A heartbeat or a claim: only the position moves on.
            _published = _assembler.Take().Image;
        }

        _wasRead = true;
        _serves.TrySetResult();
    }

    private void ReportTaking(LogStatus before)
    {
        if (before.LastKnownGoodAt is not null && _status.LastKnownGoodAt is null)
        {
            LogLogTaken(_log.Name, before.Image.Position.Commit, _published.Position.Commit);
        }
        else if (_status.Fault is { } reason && reason != _notTaken)
        {
            LogNotTaken(_log.Name, reason);
        }

        _notTaken = _status.Fault;
    }

    private void SetStatus(Func<LogStatus, LogStatus> change)
    {
        lock (_lock)
        {
            _status = change(_status);
        }
    }

    /// <summary>A hash that differs though every record could be read means that records were missed: read all of it once more.</summary>
    private void CheckHash()
    {
        if (_assembler.HashMatches)
        {
            _wasRebuilt = false;
            _mismatch = null;
            return;
        }

        _rebuild = !_wasRebuilt && _assembler.Unreadable.Count == 0;
        _wasRebuilt |= _rebuild;
        var action = _rebuild ? "reading it anew" : IsTheWriters ? "serving what could be read" : "keeping what serves until the writer has put it right";
        if (action != _mismatch)
        {
            _mismatch = action;
            LogHashMismatch(_log.Name, _assembler.Position.Commit, action);
        }
    }

    private void ReportUnreadable(LogStatus before)
    {
        if (_status.Refused.IsEmpty)
        {
            return;
        }

        var known = before.Refused.ToHashSet();
        foreach (var refused in _status.Refused.Where(r => !known.Contains(r)))
        {
            LogUnreadable(_log.Name, refused.Key, refused.Reason);
        }
    }

    private void ReportProgress(LogBatch batch)
    {
        SetStatus(s => s with { ReadOffset = batch.NextOffset, EndOffset = batch.EndOffset });
        if (_time.GetElapsedTime(_progressAt) >= ProgressInterval)
        {
            _progressAt = _time.GetTimestamp();
            LogProgress(_log.Name, batch.NextOffset, batch.EndOffset);
        }
    }

    [LoggerMessage(1010, LogLevel.Debug, "{Log} is at commit {Commit} (offset {Offset}): {Changes} entities changed, image {Hash}")]
    private partial void LogImage(LogName log, long commit, long offset, int changes, ImageHash hash);

    [LoggerMessage(1011, LogLevel.Information, "Reading {Log}: offset {Offset} of {End}")]
    private partial void LogProgress(LogName log, long offset, long end);

    [LoggerMessage(1012, LogLevel.Warning, "{Log} was {Reset}; reading it from its beginning, what serves stays until that is done")]
    private partial void LogStartsAnew(LogName log, LogReset reset);

    [LoggerMessage(1013, LogLevel.Warning, "{Log}: {Key} keeps its previous value: {Reason}")]
    private partial void LogUnreadable(LogName log, string key, string reason);

    [LoggerMessage(1014, LogLevel.Warning, "{Log}: the image at commit {Commit} has not the hash its writer states; {Action}")]
    private partial void LogHashMismatch(LogName log, long commit, string action);

    [LoggerMessage(1015, LogLevel.Error, "{Log} cannot be read: {Reason}")]
    private partial void LogRefused(LogName log, string reason);

    [LoggerMessage(1016, LogLevel.Warning, "{Log} is served from its last-known-good file of {WrittenAt:u}: commit {Commit}, {Entities} entities, image {Hash}")]
    private partial void LogLastKnownGood(LogName log, DateTimeOffset writtenAt, long commit, int entities, ImageHash hash);

    [LoggerMessage(1017, LogLevel.Information, "{Log} is served from the log again: from commit {Before} of its last-known-good file to commit {Commit}")]
    private partial void LogLogTaken(LogName log, long before, long commit);

    [LoggerMessage(1018, LogLevel.Warning, "{Log}: {Reason}")]
    private partial void LogNotTaken(LogName log, string reason);
}
