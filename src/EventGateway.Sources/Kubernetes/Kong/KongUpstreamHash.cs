using System.Text.Json.Serialization;

namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>What of a request is hashed: one of the fields, and the path beside a cookie.</summary>
internal sealed class KongUpstreamHash
{
    /// <summary>ip, consumer, path or none.</summary>
    [JsonPropertyName("input")]
    public string? Input { get; set; }

    [JsonPropertyName("header")]
    public string? Header { get; set; }

    [JsonPropertyName("cookie")]
    public string? Cookie { get; set; }

    [JsonPropertyName("cookiePath")]
    public string? CookiePath { get; set; }

    [JsonPropertyName("queryArg")]
    public string? QueryArg { get; set; }

    [JsonPropertyName("uriCapture")]
    public string? UriCapture { get; set; }
}
