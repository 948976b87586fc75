using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>What makes an endpoint healthy.</summary>
internal sealed class KongHealthy
{
    [JsonPropertyName("httpStatuses")]
    public IList<int>? HttpStatuses { get; set; }

    /// <summary>Seconds between the probes of a healthy endpoint.</summary>
    [JsonPropertyName("interval")]
    public int? Interval { get; set; }

    [JsonPropertyName("successes")]
    public int? Successes { get; set; }
}
