using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Other objects of its namespace that a Service's annotations name.</summary>
internal sealed record UpstreamReferences
{
    public static readonly UpstreamReferences None = new();

    /// <summary>KongUpstreamPolicy; "": none.</summary>
    public string Policy { get; init; } = "";

    /// <summary>Secret with the key pair shown to the endpoints; "": none.</summary>
    public string ClientCertificate { get; init; } = "";

    public ImmutableArray<string> CaSecrets { get; init; } = [];

    public ImmutableArray<string> CaConfigMaps { get; init; } = [];
}
