namespace EventGateway.Core.Model;

public enum ListenerProtocol
{
    Http = 1,
    Https = 2,
    Tcp = 3,
    Tls = 4,
}
