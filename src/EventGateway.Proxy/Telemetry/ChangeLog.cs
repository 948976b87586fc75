using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// One line per change set, and at most <see cref="LinesASecond"/> of them: what comes faster is told together in one line at the end of
/// the second, so that a storm of changes is no storm of lines, and the last position is never left out. At debug level each has its line.
/// Owns a lock and a timer.
/// </summary>
internal sealed partial class ChangeLog(ILogger<ChangeLog> logger, TimeProvider time) : IDisposable
{
    public const int LinesASecond = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _windowStarted;
    private int _told;
    private int _untold;
    private long _untoldChanges;
    private TimeSpan _untoldLongest;
    private string _untoldLast = "";

    /// <returns>Whether it has its own line: what else is done per change set is as many.</returns>
    public bool Write(ChangeSummary change)
    {
        lock (_lock)
        {
            if (_told == 0 || time.GetElapsedTime(_windowStarted) >= Window)
            {
                Close_NeedsLock();
                _windowStarted = time.GetTimestamp();
            }

            if (_told < LinesASecond)
            {
                _told++;
                Tell(change);
                return true;
            }

            _untold++;
            _untoldChanges += change.Counts.Sum(c => c.Added + c.Changed + c.Removed);
            _untoldLongest = change.Total > _untoldLongest ? change.Total.Value : _untoldLongest;
            _untoldLast = change.Where;
            _timer ??= time.CreateTimer(_ => OnWindowEnd(), null, Window, Timeout.InfiniteTimeSpan);
        }

        if (logger.IsEnabled(LogLevel.Debug))
        {
            LogEach(change.Where, Added(change), Changed(change), Removed(change), change.Kinds, change.Keys, change.Source, change.Stages);
        }

        return false;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Close_NeedsLock();
        }
    }

    private void OnWindowEnd()
    {
        lock (_lock)
        {
            Close_NeedsLock();
        }
    }

    private void Close_NeedsLock()
    {
        _timer?.Dispose();
        _timer = null;
        if (_untold > 0)
        {
            LogTogether(_untold, _untoldChanges, _untoldLast, _untoldLongest.TotalMilliseconds);
        }

        (_told, _untold, _untoldChanges, _untoldLongest) = (0, 0, 0, TimeSpan.Zero);
    }

    private void Tell(ChangeSummary change)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            LogChangeSet(change.Where, Added(change), Changed(change), Removed(change), change.Kinds, change.Keys, change.Source, change.Stages);
        }
    }

    private static int Added(ChangeSummary change) => change.Counts.Sum(c => c.Added);

    private static int Changed(ChangeSummary change) => change.Counts.Sum(c => c.Changed);

    private static int Removed(ChangeSummary change) => change.Counts.Sum(c => c.Removed);

    [LoggerMessage(5020, LogLevel.Information, "{Position}: {Added} added, {Changed} changed, {Removed} removed ({Kinds}): {Keys}; {Source}; {Stages}")]
    private partial void LogChangeSet(string position, int added, int changed, int removed, string kinds, string keys, string source, string stages);

    [LoggerMessage(5021, LogLevel.Debug, "{Position}: {Added} added, {Changed} changed, {Removed} removed ({Kinds}): {Keys}; {Source}; {Stages}")]
    private partial void LogEach(string position, int added, int changed, int removed, string kinds, string keys, string source, string stages);

    [LoggerMessage(5022, LogLevel.Information, "{ChangeSets} more change sets within a second, {Changes} changes, the last {Position}; at most {LongestMs:0.0} ms from source to here; --log-level debug tells each")]
    private partial void LogTogether(int changeSets, long changes, string position, double longestMs);
}
