namespace EventGateway.Core.Model;

/// <summary>Bounds that keep one slow backend from taking what the others need. A request beyond them is answered with 503. 0: no bound.</summary>
public sealed record CircuitLimits
{
    /// <summary>Requests in flight to the backend.</summary>
    public int MaxRequests { get; init; }

    /// <summary>Requests in flight to one endpoint; one that is full is passed over.</summary>
    public int MaxRequestsPerEndpoint { get; init; }

    /// <summary>Connections to one endpoint; requests beyond wait for one.</summary>
    public int MaxConnectionsPerEndpoint { get; init; }

    internal IEnumerable<ConfigProblem> Validate()
    {
        foreach (var (name, limit) in new[]
        {
            ("maxRequests", MaxRequests), ("maxRequestsPerEndpoint", MaxRequestsPerEndpoint), ("maxConnectionsPerEndpoint", MaxConnectionsPerEndpoint),
        })
        {
            if (limit < 0)
            {
                yield return new ConfigProblem($"circuit.{name}", "use 0 (no bound) or more");
            }
        }
    }
}
