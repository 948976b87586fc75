namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>What one probe found.</summary>
internal enum ProbeResult
{
    Success,

    /// <summary>The endpoint answered that it is not well.</summary>
    Failure,

    /// <summary>No connection, or it broke.</summary>
    ConnectFailure,
    Timeout,

    /// <summary>An answer that counts neither way.</summary>
    Neutral,
}
