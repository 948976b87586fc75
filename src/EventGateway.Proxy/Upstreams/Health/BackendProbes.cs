namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>The probes of one backend under one set of rules. Endpoints are set with the backend's lock held; owns a lock of its own for what waits.</summary>
internal sealed class BackendProbes(BackendHealth health, BackendRules rules, HealthWatch watch)
{
    private readonly IProbe _probe = Probes.Create(health.Log, rules, watch.Clients);
    private readonly Lock _lock = new();
    private readonly Queue<ProbeTarget> _waiting = new();
    private Dictionary<EndpointState, ProbeTarget> _targets = [];
    private int _running;

    public HealthWatch Watch { get; } = watch;

    /// <summary>Until the next probe; null: none is due in this state.</summary>
    public TimeSpan? IntervalOf(EndpointState endpoint)
    {
        var interval = endpoint.IsHealthy ? rules.Active!.HealthyInterval : rules.Active!.UnhealthyInterval;
        return interval > TimeSpan.Zero ? interval : null;
    }

    public void SetEndpoints(EndpointState[] endpoints)
    {
        var next = new Dictionary<EndpointState, ProbeTarget>(endpoints.Length);
        foreach (var endpoint in endpoints)
        {
            if (!_targets.Remove(endpoint, out var target))
            {
                target = new ProbeTarget(this, endpoint);
                endpoint.Health.Probes = target;
                target.ScheduleFirst();
            }

            next[endpoint] = target;
        }

        Drop(_targets);
        _targets = next;
    }

    /// <summary>Those under way come to their end, and count for nothing.</summary>
    public void Stop()
    {
        Drop(_targets);
        _targets = [];
    }

    /// <summary>Now, or as soon as one of those under way is done.</summary>
    public void Begin(ProbeTarget target)
    {
        lock (_lock)
        {
            if (_running >= rules.Active!.Concurrency)
            {
                _waiting.Enqueue(target);
                return;
            }

            _running++;
        }

        _ = RunAsync(target);
    }

    private static void Drop(Dictionary<EndpointState, ProbeTarget> targets)
    {
        foreach (var (endpoint, target) in targets)
        {
            target.Stop();
            endpoint.Health.Probes = null;
        }
    }

    private async Task RunAsync(ProbeTarget? target)
    {
        // The timer's thread has other probes to begin.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (target is not null)
        {
            if (!target.IsStopped)
            {
                await Watch.Probes.WaitAsync();
                try
                {
                    await ProbeAsync(target);
                }
                finally
                {
                    Watch.Probes.Release();
                    target.Schedule();
                }
            }

            target = Next();
        }
    }

    private async Task ProbeAsync(ProbeTarget target)
    {
        if (target.IsStopped)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(rules.Active!.Timeout, Watch.Time);
        var result = await _probe.RunAsync(target.Endpoint.Id, timeout.Token);
        if (!target.IsStopped)
        {
            health.OnProbe(target.Endpoint, result);
        }
    }

    private ProbeTarget? Next()
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out var next))
            {
                return next;
            }

            _running--;
            return null;
        }
    }
}
