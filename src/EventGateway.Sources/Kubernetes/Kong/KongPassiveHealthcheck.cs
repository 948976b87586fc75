using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>What requests tell of an endpoint.</summary>
internal sealed class KongPassiveHealthcheck
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("healthy")]
    public KongHealthy? Healthy { get; set; }

    [JsonPropertyName("unhealthy")]
    public KongUnhealthy? Unhealthy { get; set; }
}
