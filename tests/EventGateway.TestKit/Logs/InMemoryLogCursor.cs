using EventGateway.Core.Log;

namespace EventGateway.TestKit.Logs;

/// <summary>Where one reader is in a log, and what it must be told next.</summary>
internal sealed class InMemoryLogCursor(long fromOffset)
{
    private const int BatchSize = 100;

    private bool _started;
    private Guid _id;
    private int _truncations;
    private int _removalRounds;
    private long _next = fromOffset;
    private long _end;
    private bool _reached;

    /// <summary>The next batch; null: there is nothing to say until something changes.</summary>
    public LogBatch? Take(InMemoryLogState? log)
    {
        if (log is null)
        {
            return _started ? null : Start(null, _next > 0 ? LogReset.Truncated : LogReset.None);
        }

        if (_started && _id == Guid.Empty)
        {
            (_id, _truncations, _removalRounds) = (log.Id, log.Truncations, log.RemovalRounds);
        }

        var reset = ResetFor(log);
        if (!_started || reset != LogReset.None)
        {
            return Fill(log, Start(log, reset));
        }

        _removalRounds = log.RemovalRounds;
        if (_next >= log.End)
        {
            return null;
        }

        var batch = Fill(log, new LogBatch([], _next, _end, _reached));
        return batch.Records.Count > 0 || batch.ReachedEnd ? batch : null;
    }

    private LogReset ResetFor(InMemoryLogState log)
    {
        if (_started && _id != log.Id)
        {
            return LogReset.Recreated;
        }

        var missedRemoval = _next > 0 && _next <= log.RemovedUpTo && (!_started || _removalRounds != log.RemovalRounds);
        var truncated = (_started && _truncations != log.Truncations) || _next > log.End || missedRemoval;
        return truncated ? LogReset.Truncated : LogReset.None;
    }

    private LogBatch Start(InMemoryLogState? log, LogReset reset)
    {
        _started = true;
        (_id, _truncations, _removalRounds) = (log?.Id ?? Guid.Empty, log?.Truncations ?? 0, log?.RemovalRounds ?? 0);
        _next = reset == LogReset.None ? _next : 0;
        _end = log?.End ?? 0;
        _reached = _next >= _end;
        return new LogBatch([], _next, _end, _reached, reset);
    }

    private LogBatch Fill(InMemoryLogState log, LogBatch batch)
    {
        LogRecord[] records = [.. log.Records.Where(r => r.Offset >= _next).Take(BatchSize)];
        _next = records.Length < BatchSize ? log.End : records[^1].Offset + 1;
        _reached |= _next >= _end;
        return batch with { Records = records, NextOffset = _next, ReachedEnd = _reached };
    }
}
