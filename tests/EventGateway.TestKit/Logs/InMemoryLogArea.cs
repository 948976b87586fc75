using EventGateway.Core.Log;

namespace EventGateway.TestKit.Logs;

/// <summary>
/// What a broker or a database file is to the real logs: the place that several stores ("processes") share. Nothing in it survives
/// the object. Its lock guards everything below it.
/// </summary>
public sealed class InMemoryLogArea
{
    private readonly Dictionary<LogName, InMemoryLogState> _logs = [];
    private TaskCompletionSource _changed = NewSignal();

    internal Lock Gate { get; } = new();

    /// <summary>How many offsets each append leaves unused behind its last record, as a Kafka transaction marker does; 0 by default.</summary>
    public int OffsetGap { get; init; }

    /// <summary>The largest value a record may have.</summary>
    public int MaxValueLength { get; init; } = 4 * 1024 * 1024;

    /// <summary>Everything that is in the log now, oldest first; empty when there is no such log.</summary>
    public IReadOnlyList<LogRecord> RecordsOf(LogName name)
    {
        lock (Gate)
        {
            return _logs.TryGetValue(name, out var log) ? [.. log.Records] : [];
        }
    }

    /// <summary>Everything that is in the history of the log now, oldest first.</summary>
    public IReadOnlyList<LogRecord> HistoryOf(LogName name)
    {
        lock (Gate)
        {
            return _logs.TryGetValue(name, out var log) ? [.. log.History] : [];
        }
    }

    /// <summary>Puts a record into the log behind the writer's back, as another program could; the log is made when it is not there.</summary>
    public void Inject(LogName name, LogRecord record) => Change(() => GetOrCreate_NeedsLock(name).Append([record], null, OffsetGap));

    /// <summary>Deletes the log; readers wait until there is one of that name again.</summary>
    public void Delete(LogName name) => Change(() => _logs.Remove(name));

    /// <summary>Deletes the log and makes it again, empty.</summary>
    public void Recreate(LogName name) => Change(() => _logs[name] = new InMemoryLogState());

    /// <summary>
    /// Removes every record whose key has a later one, and, with <paramref name="removals"/>, the removals that are last of their key.
    /// A reader that had not come past such a removal starts anew.
    /// </summary>
    public void Compact(LogName name, bool removals = true) => Change(() => Existing_NeedsLock(name).Compact(removals));

    /// <summary>Loses every record from <paramref name="end"/> on, as an unclean leader election does; readers start anew.</summary>
    public void Truncate(LogName name, long end) => Change(() => Existing_NeedsLock(name).Truncate(end));

    internal Task Changed_NeedsLock() => _changed.Task;

    internal InMemoryLogState? Find_NeedsLock(LogName name) => _logs.GetValueOrDefault(name);

    internal InMemoryLogState GetOrCreate_NeedsLock(LogName name)
    {
        if (!_logs.TryGetValue(name, out var log))
        {
            _logs[name] = log = new InMemoryLogState();
        }

        return log;
    }

    internal IReadOnlySet<LogName> Names_NeedsLock() => _logs.Keys.ToHashSet();

    /// <summary>Wakes everybody who waits, after <paramref name="change"/>.</summary>
    internal void Change(Action change)
    {
        var woken = NewSignal();
        try
        {
            lock (Gate)
            {
                (woken, _changed) = (_changed, woken);
                change();
            }
        }
        finally
        {
            // Also when it threw: an append may store and then fail.
            woken.SetResult();
        }
    }

    private InMemoryLogState Existing_NeedsLock(LogName name) =>
        Find_NeedsLock(name) ?? throw new InvalidOperationException($"There is no log {name}");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
