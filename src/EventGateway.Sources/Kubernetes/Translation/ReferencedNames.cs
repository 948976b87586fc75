namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Secrets and ConfigMaps that objects of ours name, whether they are there or not. Filled during one pass, and left alone from then on.</summary>
internal sealed class ReferencedNames
{
    public static readonly ReferencedNames None = new();

    public HashSet<string> Secrets { get; } = new(StringComparer.Ordinal);

    public HashSet<string> ConfigMaps { get; } = new(StringComparer.Ordinal);
}
