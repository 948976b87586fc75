namespace EventGateway.Proxy.Streams;

/// <summary>Cancels its token when nothing happened for a time. What happens costs a store; the timer looks at it when it fires.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _expired = new();
    private long _last;

    public IdleWatch(TimeSpan limit, TimeProvider time)
    {
        _time = time;
        _limit = limit;
        _last = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((IdleWatch)state!).Check(), this, limit, Timeout.InfiniteTimeSpan);
    }

    public bool IsExpired { get; private set; }

    public CancellationToken Token => _expired.Token;

    public void Touch() => Volatile.Write(ref _last, _time.GetTimestamp());

    /// <summary>Ends both directions.</summary>
    public void Cancel() => _expired.Cancel();

    public void Dispose()
    {
        _timer.Dispose();
        _expired.Dispose();
    }

    private void Check()
    {
        var silent = _time.GetElapsedTime(Volatile.Read(ref _last));
        if (silent < _limit)
        {
            _timer.Change(_limit - silent, Timeout.InfiniteTimeSpan);
            return;
        }

        IsExpired = true;
        try
        {
            _expired.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection ended in this moment.
        }
    }
}
