namespace EventGateway.Proxy.Tls;

internal enum ClientHelloState
{
    /// <summary>More bytes have to come.</summary>
    Incomplete,

    Read,

    /// <summary>Not a hello in one TLS record, whatever else it is: the handshake will tell.</summary>
    Unreadable,
}
