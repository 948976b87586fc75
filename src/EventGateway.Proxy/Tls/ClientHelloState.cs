namespace EventGateway.Proxy.Tls;

/// <summary>What the first bytes of a connection are.</summary>
internal enum ClientHelloState
{
    /// <summary>They may become a hello: more bytes have to come.</summary>
    Incomplete,

    Read,

    /// <summary>Another protocol, a broken hello, or one beyond all measure.</summary>
    Unreadable,
}
