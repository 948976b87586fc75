using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>Probes.</summary>
internal sealed class KongActiveHealthcheck
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("httpPath")]
    public string? HttpPath { get; set; }

    [JsonPropertyName("headers")]
    public IDictionary<string, IList<string>>? Headers { get; set; }

    /// <summary>Seconds.</summary>
    [JsonPropertyName("timeout")]
    public int? Timeout { get; set; }

    [JsonPropertyName("concurrency")]
    public int? Concurrency { get; set; }

    [JsonPropertyName("httpsVerifyCertificate")]
    public bool? HttpsVerifyCertificate { get; set; }

    [JsonPropertyName("httpsSni")]
    public string? HttpsSni { get; set; }

    [JsonPropertyName("healthy")]
    public KongHealthy? Healthy { get; set; }

    [JsonPropertyName("unhealthy")]
    public KongUnhealthy? Unhealthy { get; set; }
}
