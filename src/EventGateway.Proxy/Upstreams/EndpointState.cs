using EventGateway.Proxy.Upstreams.Balancing;
using EventGateway.Proxy.Upstreams.Health;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// One endpoint of one backend, for as long as it is named: what is known of it survives every change to the others. All members are safe
/// from any thread.
/// </summary>
internal sealed class EndpointState(DestinationState destination)
{
    private int _inFlight;
    private volatile int _weight;
    private volatile bool _isHealthy = true;

    public string Id => Destination.DestinationId;

    /// <summary>What YARP forwards to.</summary>
    public DestinationState Destination { get; } = destination;

    /// <summary>Share of the requests beside the backend's other endpoints; 0: only clients that a cookie keeps there.</summary>
    public int Weight
    {
        get => _weight;
        set => _weight = value;
    }

    /// <summary>Whether health lets it take requests. Whoever changes it has the backend's pool made anew.</summary>
    public bool IsHealthy
    {
        get => _isHealthy;
        set => _isHealthy = value;
    }

    /// <summary>How fast it answers; null: nobody asks.</summary>
    public LatencyAverage? Latency { get; set; }

    /// <summary>What cookies call it, made on first use (<see cref="EndpointTokens"/>); null: not yet.</summary>
    public string[]? Tokens { get; set; }

    /// <summary>Why <see cref="IsHealthy"/> is what it is.</summary>
    public EndpointHealth Health { get; } = new();

    /// <summary>Requests and connections that run now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <returns>False: it has as many as it may have.</returns>
    public bool TryBegin(int limit)
    {
        if (Interlocked.Increment(ref _inFlight) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    public void End() => Interlocked.Decrement(ref _inFlight);
}
