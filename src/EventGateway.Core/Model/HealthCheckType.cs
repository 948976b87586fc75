namespace EventGateway.Core.Model;

/// <summary>What a probe does.</summary>
public enum HealthCheckType
{
    /// <summary>Connects.</summary>
    Tcp = 0,
    Http = 1,
    Https = 2,

    /// <summary>The gRPC health checking protocol, without TLS.</summary>
    Grpc = 3,
    Grpcs = 4,
}
