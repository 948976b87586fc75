using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>KongUpstreamPolicy, configuration.konghq.com/v1beta1.</summary>
internal sealed class KongUpstreamPolicy : IKubernetesObject<V1ObjectMeta>
{
    public const string KindName = "KongUpstreamPolicy";

    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = KongGroup.V1Beta1;

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = KindName;

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public KongUpstreamPolicySpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public object? Status { get; set; }
}
