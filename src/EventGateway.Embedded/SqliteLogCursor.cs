using EventGateway.Core.Log;

namespace EventGateway.Embedded;

/// <summary>Where a reader is in a log. Immutable: a read that fails leaves the reader where it was.</summary>
/// <param name="Next">The first offset that was not read.</param>
internal sealed record SqliteLogCursor(long Next)
{
    private bool Started { get; init; }

    /// <summary>0: there was no log when reading started.</summary>
    private long LogId { get; init; }

    /// <summary>Of the log, when it was last looked at: removals taken out since then may be missing from what was read.</summary>
    private long RemovalRounds { get; init; }

    private long End { get; init; }

    private bool ReachedEnd { get; init; }

    /// <summary>The next batch, and the cursor behind it. No batch: there is nothing to say until the log changes.</summary>
    public (LogBatch? Batch, SqliteLogCursor Cursor) Advance(SqliteReader reader, LogName name)
    {
        var log = reader.FindLog(name);
        if (log is null)
        {
            return Started ? (null, this) : StartWithoutLog();
        }

        var reset = ResetFor(log);
        var first = !Started || reset != LogReset.None;
        var cursor = first ? StartIn(log, reset) : this with { LogId = log.Id, RemovalRounds = log.RemovalRounds };
        if (!first && Next >= log.NextOffset)
        {
            return (null, cursor);
        }

        var (records, more) = reader.ReadRecords(log.Id, cursor.Next);
        var next = more ? records[^1].Offset + 1 : log.NextOffset;
        var reached = cursor.ReachedEnd || next >= cursor.End;
        var worthTelling = first || records.Count > 0 || reached != cursor.ReachedEnd;
        cursor = cursor with { Next = next, ReachedEnd = reached };
        return (worthTelling ? new LogBatch(records, next, cursor.End, reached, reset) : null, cursor);
    }

    private LogReset ResetFor(SqliteLogRow log)
    {
        if (Started && LogId != 0 && LogId != log.Id)
        {
            return LogReset.Recreated;
        }

        // Whoever read something, but not yet a removal that compaction took out since, would keep what it removed for ever.
        var missedRemoval = Next > 0 && Next <= log.RemovedUpTo && (!Started || RemovalRounds != log.RemovalRounds);
        return Next > log.NextOffset || missedRemoval ? LogReset.Truncated : LogReset.None;
    }

    private (LogBatch Batch, SqliteLogCursor Cursor) StartWithoutLog()
    {
        var reset = Next > 0 ? LogReset.Truncated : LogReset.None;
        return (new LogBatch([], 0, 0, true, reset), new SqliteLogCursor(0) { Started = true, ReachedEnd = true });
    }

    private SqliteLogCursor StartIn(SqliteLogRow log, LogReset reset)
    {
        var next = reset == LogReset.None ? Next : 0;
        return new SqliteLogCursor(next) { Started = true, LogId = log.Id, RemovalRounds = log.RemovalRounds, End = log.NextOffset, ReachedEnd = next >= log.NextOffset };
    }
}
