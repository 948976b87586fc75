namespace EventGateway.Proxy.Pipeline;

/// <summary>Where a trusted peer says who its client is.</summary>
public enum RealIpHeader
{
    /// <summary><c>X-Forwarded-For</c>, read from its end.</summary>
    XForwardedFor,

    /// <summary><c>X-Real-IP</c>, one address.</summary>
    XRealIp,

    /// <summary>The connection's PROXY header alone: no header of a request changes the address.</summary>
    ProxyProtocol,
}
