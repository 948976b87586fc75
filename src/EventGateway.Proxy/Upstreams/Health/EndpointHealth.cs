using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>
/// What is known of one endpoint's health. All but <see cref="IsClean"/> belongs to the holder of the backend's lock. Two things may keep an
/// endpoint from requests, each on its own: an ejection, which time ends, and a mark by probes or counts, which successes end.
/// </summary>
internal sealed class EndpointHealth
{
    private volatile bool _isClean = true;
    private TimeSpan _lastEjection;
    private long _readmittedAt;

    /// <summary>Whether a success would change nothing. Safe from any thread.</summary>
    public bool IsClean => _isClean;

    /// <summary>Failures in a row that count for an ejection.</summary>
    public int Failures { get; private set; }

    public bool IsEjected { get; private set; }

    /// <summary>Whether probes or counts found it unhealthy.</summary>
    public bool IsMarked { get; private set; }

    /// <summary>How often it was ejected in a row.</summary>
    public int Ejections { get; private set; }

    public HealthCounter Passive { get; } = new();

    public HealthCounter Active { get; } = new();

    /// <summary>Null until probes are sent.</summary>
    public ProbeTarget? Probes { get; set; }

    public void Fail()
    {
        Failures++;
        _isClean = false;
    }

    public void Succeed() => Failures = 0;

    public void Mark()
    {
        IsMarked = true;
        _isClean = false;
    }

    public void Unmark()
    {
        IsMarked = false;
        Passive.Reset();
        Active.Reset();
    }

    public void Forget()
    {
        Unmark();
        Failures = 0;
    }

    /// <summary>To be called when something was counted.</summary>
    public void Settle() => _isClean = Failures == 0 && !IsMarked && Passive.IsClean;

    /// <summary>An endpoint that was back for as long as it was out before begins anew with the shortest ejection.</summary>
    /// <returns>For how long it is out.</returns>
    public TimeSpan Eject(OutlierEjection rules, TimeProvider time)
    {
        var isInARow = Ejections > 0 && time.GetElapsedTime(_readmittedAt) <= _lastEjection;
        Ejections = isInARow ? Ejections + 1 : 1;
        var ticks = Math.Min(rules.BaseEjection.Ticks * (double)Ejections, rules.MaxEjection.Ticks);
        _lastEjection = TimeSpan.FromTicks((long)ticks);
        IsEjected = true;
        _isClean = false;
        return _lastEjection;
    }

    /// <summary>On trial: the next failure ejects it again, the next success clears it.</summary>
    public void Readmit(OutlierEjection rules, TimeProvider time)
    {
        IsEjected = false;
        _readmittedAt = time.GetTimestamp();
        Failures = Math.Max(0, rules.ConsecutiveFailures - 1);
        Settle();
    }
}
