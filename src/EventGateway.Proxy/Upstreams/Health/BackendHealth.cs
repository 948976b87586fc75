using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>
/// The one view that all routes to a backend share of what its endpoints are fit for. Counts what attempts and probes meet, ejects and
/// readmits, and has the pool made anew when an endpoint's health flips. A success of an endpoint without failures takes no lock.
/// </summary>
/// <param name="backendLock">The lock of the backend's endpoints and pool: the config's thread, requests and timers meet there.</param>
/// <param name="poolChanged">Makes the pool anew; called with the lock held.</param>
internal sealed class BackendHealth(LogName log, string id, HealthWatch watch, Lock backendLock, Action poolChanged)
{
    private volatile BackendRules _rules = BackendRules.Default;
    private EndpointState[] _endpoints = [];
    private BackendProbes? _probes;
    private int _inFlight;

    public LogName Log { get; } = log;

    public string Workspace => Log.Workspace;

    /// <summary>Log and key.</summary>
    public string Id { get; } = id;

    public HealthWatch Watch { get; } = watch;

    /// <summary>To be read once for each request.</summary>
    public BackendRules Rules => _rules;

    public RetryBudget Budget { get; } = new();

    /// <summary>Requests that count for <see cref="CircuitLimits.MaxRequests"/>.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <returns>False: there are as many requests as may be.</returns>
    public bool TryEnter(int maxRequests)
    {
        if (Interlocked.Increment(ref _inFlight) <= maxRequests)
        {
            return true;
        }

        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Counts what an attempt met.</summary>
    /// <param name="status">Of the answer; 0: there was none.</param>
    public void OnOutcome(EndpointState endpoint, AttemptOutcome outcome, int status)
    {
        var rules = _rules;
        if (outcome is AttemptOutcome.ClientGone or AttemptOutcome.ClientFault)
        {
            return;
        }

        var isOutlier = outcome != AttemptOutcome.Answered || status is 502 or 503 or 504;
        var isFailure = isOutlier || rules.Health.Passive?.UnhealthyStatuses.Contains(status) == true;
        if (!isFailure && endpoint.Health.IsClean)
        {
            return;
        }

        lock (backendLock)
        {
            if (rules.Health.Passive is { } passive)
            {
                CountPassive_NeedsLock(endpoint, passive, outcome, status, isFailure);
            }

            CountOutlier_NeedsLock(endpoint, rules.Outlier, isOutlier, ReasonOf(outcome, status));
            endpoint.Health.Settle();
        }
    }

    public void OnProbe(EndpointState endpoint, ProbeResult result)
    {
        Watch.Metrics.OnProbe(Workspace, result);
        lock (backendLock)
        {
            if (_rules.Active is not { } active || Array.IndexOf(_endpoints, endpoint) < 0)
            {
                return;
            }

            var health = endpoint.Health;
            switch (result)
            {
                case ProbeResult.Success when health.Active.Succeed(active.Counts) && health.IsMarked:
                    health.Unmark();
                    Flip_NeedsLock(endpoint, "probes succeed");
                    break;
                case ProbeResult.Failure or ProbeResult.ConnectFailure or ProbeResult.Timeout when health.Active.Fail(active.Counts, KindOf(result)) && !health.IsMarked:
                    health.Mark();
                    Flip_NeedsLock(endpoint, $"probe: {result}");
                    break;
            }

            health.Settle();
        }
    }

    /// <summary>To be called with the lock held. What was counted lives on unless the rules that it was counted by changed.</summary>
    /// <param name="backend">Null: the backend is gone.</param>
    public void SetBackend_NeedsLock(Backend? backend)
    {
        var before = _rules;
        var rules = backend is null ? BackendRules.Default : new BackendRules(backend);
        _rules = rules;
        if (!rules.CountsLike(before))
        {
            foreach (var endpoint in _endpoints)
            {
                endpoint.Health.Forget();
                endpoint.Health.Settle();
                endpoint.IsHealthy = !endpoint.Health.IsEjected;
            }
        }

        foreach (var endpoint in rules.Outlier.ConsecutiveFailures == 0 || rules.Outlier.MaxPercent == 0 ? _endpoints : [])
        {
            if (endpoint.Health.IsEjected)
            {
                endpoint.Health.Readmit(rules.Outlier, Watch.Time);
            }

            endpoint.Health.Succeed();
            endpoint.Health.Settle();
            endpoint.IsHealthy = !endpoint.Health.IsMarked;
        }

        if (_probes is null ? rules.Active is not null : !rules.ProbesLike(before))
        {
            _probes?.Stop();
            _probes = rules.Active is null ? null : new BackendProbes(this, rules, Watch);
            _probes?.SetEndpoints(_endpoints);
        }
    }

    /// <summary>To be called with the lock held.</summary>
    /// <param name="endpoints">Those that config lets take new requests.</param>
    /// <returns>Those of them that may be used: the healthy ones, or all, or none.</returns>
    public EndpointState[] Select_NeedsLock(EndpointState[] endpoints)
    {
        if (!ReferenceEquals(endpoints, _endpoints))
        {
            _endpoints = endpoints;
            Watch.Track(this, endpoints.Length > 0);
            _probes?.SetEndpoints(endpoints);
        }

        var healthy = endpoints.Count(e => e.IsHealthy);
        if (healthy == endpoints.Length)
        {
            return endpoints;
        }

        var rules = _rules.Health;
        if (rules.ThresholdPercent > 0)
        {
            var weight = endpoints.Sum(e => (long)e.Weight);
            var isEnough = endpoints.Where(e => e.IsHealthy).Sum(e => (long)e.Weight) * 100 >= weight * rules.ThresholdPercent;

            // Who asks for 503 below a share does not want all to be used below another.
            return isEnough ? [.. endpoints.Where(e => e.IsHealthy)] : [];
        }

        return healthy * 100 < endpoints.Length * rules.PanicPercent ? endpoints : [.. endpoints.Where(e => e.IsHealthy)];
    }

    /// <summary>For metrics: adds this backend's endpoints.</summary>
    public void Count(ref int healthy, ref int unhealthy, ref int ejected)
    {
        lock (backendLock)
        {
            foreach (var endpoint in _endpoints)
            {
                if (endpoint.Health.IsMarked)
                {
                    unhealthy++;
                }
                else if (endpoint.Health.IsEjected)
                {
                    ejected++;
                }
                else
                {
                    healthy++;
                }
            }
        }
    }

    private void CountPassive_NeedsLock(EndpointState endpoint, HealthCounts counts, AttemptOutcome outcome, int status, bool isFailure)
    {
        var health = endpoint.Health;
        if (isFailure && (outcome != AttemptOutcome.Answered || counts.UnhealthyStatuses.Contains(status)))
        {
            if (health.Passive.Fail(counts, KindOf(outcome)) && !health.IsMarked)
            {
                health.Mark();
                Flip_NeedsLock(endpoint, ReasonOf(outcome, status));
            }
        }
        else if (counts.HealthyStatuses.Contains(status) && health.Passive.Succeed(counts) && health.IsMarked)
        {
            health.Unmark();
            Flip_NeedsLock(endpoint, "requests succeed");
        }
    }

    private void CountOutlier_NeedsLock(EndpointState endpoint, OutlierEjection rules, bool isOutlier, string reason)
    {
        var health = endpoint.Health;
        if (!isOutlier)
        {
            health.Succeed();
            return;
        }

        health.Fail();
        if (rules.ConsecutiveFailures == 0 || health.Failures < rules.ConsecutiveFailures || health.IsEjected || Array.IndexOf(_endpoints, endpoint) < 0)
        {
            return;
        }

        // The last one of a backend is never taken out, nor more than the config wants: what is left has to carry the load.
        if ((_endpoints.Count(e => e.Health.IsEjected) + 1) * 100 > _endpoints.Length * rules.MaxPercent)
        {
            return;
        }

        var duration = health.Eject(rules, Watch.Time);
        Watch.Metrics.OnEjected(Workspace);
        Flip_NeedsLock(endpoint, $"{health.Failures} failures in a row, the last: {reason}; out for {duration.TotalSeconds:0.###} s");
        Watch.Scheduler.After(duration, () => Readmit(endpoint));
    }

    private void Readmit(EndpointState endpoint)
    {
        lock (backendLock)
        {
            if (!endpoint.Health.IsEjected)
            {
                return;
            }

            endpoint.Health.Readmit(_rules.Outlier, Watch.Time);
            if (Array.IndexOf(_endpoints, endpoint) >= 0)
            {
                Flip_NeedsLock(endpoint, "its time out is over, the next failure ejects it again");
            }
            else
            {
                endpoint.IsHealthy = !endpoint.Health.IsMarked;
            }
        }
    }

    private void Flip_NeedsLock(EndpointState endpoint, string reason)
    {
        var isHealthy = endpoint.Health is { IsEjected: false, IsMarked: false };
        if (isHealthy == endpoint.IsHealthy)
        {
            return;
        }

        endpoint.IsHealthy = isHealthy;
        Watch.Log.OnFlip(Id, endpoint.Id, isHealthy, reason);
        endpoint.Health.Probes?.Schedule();
        poolChanged();
    }

    private static FailureKind KindOf(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Answered => FailureKind.Status,
        AttemptOutcome.ConnectTimedOut or AttemptOutcome.TimedOut or AttemptOutcome.TimedOutInAnswer => FailureKind.Timeout,
        _ => FailureKind.Connection,
    };

    private static FailureKind KindOf(ProbeResult result) => result switch
    {
        ProbeResult.Failure => FailureKind.Status,
        ProbeResult.Timeout => FailureKind.Timeout,
        _ => FailureKind.Connection,
    };

    private static string ReasonOf(AttemptOutcome outcome, int status) => outcome switch
    {
        AttemptOutcome.Answered => $"status {status}",
        AttemptOutcome.NotConnected => "no connection",
        AttemptOutcome.ConnectTimedOut => "connect timeout",
        AttemptOutcome.TimedOut or AttemptOutcome.TimedOutInAnswer => "timeout",
        _ => "connection broken",
    };
}
