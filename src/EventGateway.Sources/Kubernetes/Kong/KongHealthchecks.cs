using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>How an upstream's endpoints are checked.</summary>
internal sealed class KongHealthchecks
{
    [JsonPropertyName("active")]
    public KongActiveHealthcheck? Active { get; set; }

    [JsonPropertyName("passive")]
    public KongPassiveHealthcheck? Passive { get; set; }

    /// <summary>Percent of the weight.</summary>
    [JsonPropertyName("threshold")]
    public int? Threshold { get; set; }
}
