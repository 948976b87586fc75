using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>What makes an endpoint unhealthy.</summary>
internal sealed class KongUnhealthy
{
    [JsonPropertyName("httpStatuses")]
    public IList<int>? HttpStatuses { get; set; }

    [JsonPropertyName("httpFailures")]
    public int? HttpFailures { get; set; }

    [JsonPropertyName("tcpFailures")]
    public int? TcpFailures { get; set; }

    [JsonPropertyName("timeouts")]
    public int? Timeouts { get; set; }

    /// <summary>Seconds between the probes of an unhealthy endpoint.</summary>
    [JsonPropertyName("interval")]
    public int? Interval { get; set; }
}
