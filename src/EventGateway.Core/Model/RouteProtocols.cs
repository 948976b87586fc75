namespace EventGateway.Core.Model;

/// <summary>How a client may reach a route. The bits are those of the wire contract.</summary>
[Flags]
public enum RouteProtocols
{
    None = 0,
    Http = 1,
    Https = 2,

    /// <summary>Bytes of any protocol, by the port alone.</summary>
    Tcp = 4,

    /// <summary>Bytes inside TLS that the gateway ends, by port and server name.</summary>
    Tls = 8,

    /// <summary>TLS that is passed on unopened, by port and server name.</summary>
    TlsPassthrough = 16,
}
