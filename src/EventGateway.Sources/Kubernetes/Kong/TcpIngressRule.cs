using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>A port, and perhaps a server name, and where its connections go.</summary>
internal sealed class TcpIngressRule
{
    [JsonPropertyName("host")]
    public string? Host { get; set; }

    [JsonPropertyName("port")]
    public int? Port { get; set; }

    [JsonPropertyName("backend")]
    public TcpIngressBackend? Backend { get; set; }
}
