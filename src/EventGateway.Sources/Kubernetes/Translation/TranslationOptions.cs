using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

internal sealed record TranslationOptions
{
    /// <summary>Names of the ingress classes that are ours without an IngressClass object saying so.</summary>
    public ImmutableArray<string> IngressClasses { get; init; } = ["eventgateway", "kong"];

    /// <summary>Whether an Ingress without a class is ours even when no IngressClass of ours is the default one.</summary>
    public bool TakeClassless { get; init; }
}
