namespace EventGateway.Benchmarks.Load;

/// <summary>What a proxy speaks to its clients.</summary>
internal enum FrontPort
{
    Http,
    Https,

    /// <summary>HTTP/2 without TLS, with prior knowledge.</summary>
    H2c,
}
