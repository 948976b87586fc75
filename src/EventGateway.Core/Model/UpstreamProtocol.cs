namespace EventGateway.Core.Model;

public enum UpstreamProtocol
{
    Http = 0,
    Https = 1,

    /// <summary>HTTP/2 without TLS, with prior knowledge.</summary>
    H2c = 2,
    Grpc = 3,
    Grpcs = 4,
}
