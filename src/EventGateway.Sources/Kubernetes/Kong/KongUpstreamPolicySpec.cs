using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>What a <see cref="KongUpstreamPolicy"/> asks for; null: Kong's default.</summary>
internal sealed class KongUpstreamPolicySpec
{
    [JsonPropertyName("algorithm")]
    public string? Algorithm { get; set; }

    [JsonPropertyName("slots")]
    public int? Slots { get; set; }

    [JsonPropertyName("hashOn")]
    public KongUpstreamHash? HashOn { get; set; }

    [JsonPropertyName("hashOnFallback")]
    public KongUpstreamHash? HashOnFallback { get; set; }

    [JsonPropertyName("stickySessions")]
    public KongStickySessions? StickySessions { get; set; }

    [JsonPropertyName("healthchecks")]
    public KongHealthchecks? Healthchecks { get; set; }
}
