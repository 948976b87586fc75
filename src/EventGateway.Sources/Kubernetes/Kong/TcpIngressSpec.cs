using System.Text.Json.Serialization;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>What a <see cref="TcpIngress"/> asks for.</summary>
internal sealed class TcpIngressSpec
{
    [JsonPropertyName("rules")]
    public IList<TcpIngressRule>? Rules { get; set; }

    /// <summary>As an Ingress'.</summary>
    [JsonPropertyName("tls")]
    public IList<V1IngressTLS>? Tls { get; set; }
}
