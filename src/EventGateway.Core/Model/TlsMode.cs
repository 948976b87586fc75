namespace EventGateway.Core.Model;

public enum TlsMode
{
    None = 0,
    Terminate = 1,
    Passthrough = 2,
}
