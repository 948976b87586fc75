namespace EventGateway.Core.Model;

/// <summary>How a client may reach a route. The bits are those of the wire contract.</summary>
[Flags]
public enum RouteProtocols
{
    None = 0,
    Http = 1,
    Https = 2,
}
