namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>When one endpoint is probed next. Safe from any thread.</summary>
internal sealed class ProbeTarget(BackendProbes probes, EndpointState endpoint)
{
    private volatile bool _isStopped;
    private int _turn;

    public EndpointState Endpoint { get; } = endpoint;

    public bool IsStopped => _isStopped;

    public void Stop() => _isStopped = true;

    /// <summary>Anywhere within the first interval: a thousand backends that come at once are not probed at once.</summary>
    public void ScheduleFirst()
    {
        if (probes.IntervalOf(Endpoint) is { } interval)
        {
            Schedule(interval * Random.Shared.NextDouble());
        }
    }

    /// <summary>One interval from now, a little more or less; takes the place of what was scheduled before.</summary>
    public void Schedule()
    {
        if (probes.IntervalOf(Endpoint) is { } interval)
        {
            Schedule(interval * (0.9 + (0.2 * Random.Shared.NextDouble())));
        }
        else
        {
            Interlocked.Increment(ref _turn);
        }
    }

    private void Schedule(TimeSpan delay)
    {
        var turn = Interlocked.Increment(ref _turn);
        if (!_isStopped)
        {
            probes.Watch.Scheduler.After(delay, () => Begin(turn));
        }
    }

    private void Begin(int turn)
    {
        if (!_isStopped && turn == Volatile.Read(ref _turn))
        {
            probes.Begin(this);
        }
    }
}
