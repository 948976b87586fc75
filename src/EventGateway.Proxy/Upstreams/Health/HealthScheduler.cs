namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>
/// Everything about health that is due later, of all backends, on one timer; there is none while nothing is due. Owns a lock. What is due runs
/// on the timer's thread, outside of the lock, and must not block.
/// </summary>
internal sealed class HealthScheduler : IDisposable
{
    /// <summary>Things that are due within this time are done together.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(5);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Action, long> _due = new();
    private readonly ITimer _timer;
    private readonly long _origin;
    private long _armedFor = long.MaxValue;
    private bool _isDisposed;

    public HealthScheduler(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((HealthScheduler)self!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many things are due later.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _due.Count;
            }
        }
    }

    public void After(TimeSpan delay, Action action)
    {
        lock (_lock)
        {
            var at = Now.Ticks + delay.Ticks;
            _due.Enqueue(action, at);
            Arm_NeedsLock();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _due.Clear();
        }

        _timer.Dispose();
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    private void Run()
    {
        var ready = new List<Action>();
        lock (_lock)
        {
            _armedFor = long.MaxValue;
            var now = Now.Ticks;
            while (_due.TryPeek(out var action, out var at) && at <= now)
            {
                _due.Dequeue();
                ready.Add(action);
            }

            Arm_NeedsLock();
        }

        foreach (var action in ready)
        {
            action();
        }
    }

    private void Arm_NeedsLock()
    {
        if (_isDisposed || !_due.TryPeek(out _, out var first) || first >= _armedFor)
        {
            return;
        }

        _armedFor = first;
        var wait = TimeSpan.FromTicks(first) - Now;
        _timer.Change(wait > Grain ? wait : Grain, Timeout.InfiniteTimeSpan);
    }
}
