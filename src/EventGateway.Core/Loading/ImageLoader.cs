using EventGateway.Core.Image;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Loading;

/// <summary>
/// Follows one log for as long as it runs: reads, assembles, and hands each new image on. Nothing is handed on before everything
/// up to the end captured at the start was read and the log's writer has said that it is populated; a log that starts anew is
/// assembled on the side and swapped in the same way, so that what serves is never a half of something.
/// </summary>
public sealed partial class ImageLoader
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfterRefusal = TimeSpan.FromSeconds(10);

    private readonly IConfigLog _log;
    private readonly ImageBroadcast _broadcast;
    private readonly TimeProvider _time;
    private readonly ILogger<ImageLoader> _logger;
    private ImageAssembler _assembler = new();
    private ConfigImage _published = ConfigImage.Empty;
    private LogPosition _heard = LogPosition.None;
    private bool _startsAnew = true;

    // After a reset: a writer that has not noticed yet may put a heartbeat into a log that holds nothing else.
    private bool _awaitsWriter;
    private bool _rebuild;

    // Read anew because the hash differed, and it has not matched since: once more would not help.
    private bool _wasRebuilt;
    private string? _mismatch;
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

    /// <summary>The status without what the publishers refused: asks none of them, so that readiness can be asked for while they work.</summary>
    internal LogStatus Progress => _status;

    public LogStatus Status => _status with { Refused = [.. _status.Refused, .. _broadcast.Refused(_log.Name)] };

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
                _status = _status with { Fault = e.Message };
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
        var before = _status;
        CheckHash();
        if (!_rebuild && _assembler.Commit is { Populated: true } && IsTheWriters)
        {
            _awaitsWriter = false;
            PublishImage();
        }

        _status = before with
        {
            Image = _published,
            CaughtUp = before.CaughtUp || !_rebuild,
            ReadOffset = batch.NextOffset,
            EndOffset = batch.EndOffset,
            LastHeardAt = _assembler.Commit is null || _assembler.Position == _heard ? before.LastHeardAt : _time.GetUtcNow(),
            Refused = [.. _assembler.Unreadable.Select(u => new RefusedRecord(u.Key, u.Value))],
            IgnoredRecords = _assembler.IgnoredRecords,
            HashMatches = _assembler.HashMatches,
            Fault = null,
        };
        _heard = _assembler.Position;
        ReportUnreadable(before);
    }

    /// <summary>Records that cannot be read explain a hash that differs; an older build must not wait for ever for a newer writer.</summary>
    private bool IsTheWriters => !_awaitsWriter || _assembler.HashMatches || _assembler.Unreadable.Count > 0;

    private void PublishImage()
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
        _status = _status with { ReadOffset = batch.NextOffset, EndOffset = batch.EndOffset };
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
}
