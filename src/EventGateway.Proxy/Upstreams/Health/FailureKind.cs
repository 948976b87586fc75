namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>The three ways to fail that are counted apart.</summary>
internal enum FailureKind
{
    Status,
    Connection,
    Timeout,
}
