using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>The cookie of the algorithm sticky-sessions.</summary>
internal sealed class KongStickySessions
{
    [JsonPropertyName("cookie")]
    public string? Cookie { get; set; }

    [JsonPropertyName("cookiePath")]
    public string? CookiePath { get; set; }
}
