namespace EventGateway.Proxy.Streams;

/// <summary>What the first bytes of a connection are.</summary>
internal enum HelloResult
{
    /// <summary>They may become a client's hello.</summary>
    NotYet,

    Whole,

    /// <summary>Another protocol, a broken hello, or one beyond all measure.</summary>
    NotTls,
}
