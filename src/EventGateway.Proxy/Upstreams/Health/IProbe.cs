namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>Asks an endpoint whether it is well. Safe from any thread.</summary>
internal interface IProbe
{
    /// <param name="endpoint"><c>address:port</c>.</param>
    /// <param name="cancellationToken">Cancelled when the probe takes too long: a timeout.</param>
    Task<ProbeResult> RunAsync(string endpoint, CancellationToken cancellationToken);
}
