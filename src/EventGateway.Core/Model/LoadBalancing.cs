namespace EventGateway.Core.Model;

/// <summary>How an endpoint is chosen. All of them respect the endpoints' weights.</summary>
public enum LoadBalancing
{
    RoundRobin = 0,

    /// <summary>Fewest requests in flight for its weight.</summary>
    LeastConnections = 1,

    /// <summary>Lowest peak-EWMA of the answer's latency, weighed with the requests in flight.</summary>
    Latency = 2,

    /// <summary>The same endpoint for the same <see cref="Backend.Hash"/>.</summary>
    ConsistentHashing = 3,
}
