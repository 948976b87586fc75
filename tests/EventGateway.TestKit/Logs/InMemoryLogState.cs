using EventGateway.Core.Log;

namespace EventGateway.TestKit.Logs;

/// <summary>One log as it is now. Guarded by the lock of its <see cref="InMemoryLogArea"/>.</summary>
internal sealed class InMemoryLogState
{
    private readonly List<LogRecord> _records = [];
    private readonly List<LogRecord> _history = [];

    /// <summary>Another one for each log that is made under the same name.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    public IReadOnlyList<LogRecord> Records => _records;

    public IReadOnlyList<LogRecord> History => _history;

    public long End { get; private set; }

    public long HistoryEnd { get; private set; }

    /// <summary>The claim that may append.</summary>
    public long Claim { get; private set; }

    /// <summary>Grows with each truncation.</summary>
    public int Truncations { get; private set; }

    /// <summary>The offset of the last removal that compaction removed; -1: none. A reader that is not past it may have missed one.</summary>
    public long RemovedUpTo { get; private set; } = -1;

    /// <summary>How often compaction removed removals.</summary>
    public int RemovalRounds { get; private set; }

    public long NewClaim() => ++Claim;

    public long Append(IReadOnlyList<LogRecord> records, LogRecord? history, int gap)
    {
        foreach (var record in records)
        {
            _records.Add(Copy(record, End++));
        }

        if (history is not null)
        {
            _history.Add(Copy(history, HistoryEnd));
            HistoryEnd += 1 + gap;
        }

        End += gap;
        return _records[^1].Offset;
    }

    public void Compact(bool removals)
    {
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var record in _records)
        {
            last[record.Key] = record.Offset;
        }

        if (removals)
        {
            RemovedUpTo = _records.Where(r => r.Value is null && last[r.Key] == r.Offset).Select(r => r.Offset).Append(RemovedUpTo).Max();
            RemovalRounds++;
        }

        _records.RemoveAll(r => last[r.Key] != r.Offset || (removals && r.Value is null));
    }

    public void Truncate(long end)
    {
        _records.RemoveAll(r => r.Offset >= end);
        End = Math.Min(End, end);
        Truncations++;
    }

    private static LogRecord Copy(LogRecord record, long offset) =>
        record with { Offset = offset, Value = record.Value is { } value ? (ReadOnlyMemory<byte>?)value.ToArray() : null };
}
