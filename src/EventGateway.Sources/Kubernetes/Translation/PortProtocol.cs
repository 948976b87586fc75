using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What a Service port's appProtocol says.</summary>
internal static class PortProtocol
{
    /// <summary>http for protocols the gateway has no word for.</summary>
    public static UpstreamProtocol Of(string? appProtocol) => appProtocol?.ToLowerInvariant() switch
    {
        "https" or "wss" or "kubernetes.io/wss" or "tls" => UpstreamProtocol.Https,
        "h2c" or "kubernetes.io/h2c" => UpstreamProtocol.H2c,
        "grpc" => UpstreamProtocol.Grpc,
        "grpcs" => UpstreamProtocol.Grpcs,
        _ => UpstreamProtocol.Http,
    };

    public static bool IsTls(UpstreamProtocol protocol) => protocol is UpstreamProtocol.Https or UpstreamProtocol.Grpcs;
}
