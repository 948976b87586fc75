using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>A Service's port, by number.</summary>
internal sealed class TcpIngressBackend
{
    [JsonPropertyName("serviceName")]
    public string? ServiceName { get; set; }

    [JsonPropertyName("servicePort")]
    public int? ServicePort { get; set; }
}
