namespace EventGateway.Proxy.Pipeline;

/// <summary>What the first bytes of a connection are, where a PROXY header is asked for.</summary>
internal enum ProxyHeaderResult
{
    /// <summary>They may become one.</summary>
    NotYet,

    Whole,

    /// <summary>Something else.</summary>
    Missing,

    /// <summary>A header that breaks the protocol's rules.</summary>
    Malformed,
}
