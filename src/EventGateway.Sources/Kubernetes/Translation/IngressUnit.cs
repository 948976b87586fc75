using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What an Ingress comes to.</summary>
internal sealed class IngressUnit(SourceObject ingress, IngressClassTable classes) : TranslationUnit
{
    public SourceObject Ingress { get; } = ingress;

    /// <summary>The Services it names.</summary>
    public ImmutableArray<ServiceUse> Services { get; init; } = [];

    /// <summary>The ports its routes send requests to.</summary>
    public ImmutableArray<BackendUse> Backends { get; init; } = [];

    public ImmutableArray<TlsUse> Tls { get; init; } = [];

    public ImmutableArray<RouteClaim> Claims { get; init; } = [];

    public required VerdictDraft Draft { get; init; }

    /// <summary>Whether a translation now would give the same unit.</summary>
    public bool IsCurrent(SourceObject ingressNow, IngressClassTable classesNow, Dictionary<string, ServiceInfo> services)
    {
        if (!ReferenceEquals(Ingress, ingressNow) || !ReferenceEquals(classes, classesNow))
        {
            return false;
        }

        foreach (var use in Services)
        {
            if (!ReferenceEquals(use.Service, services.GetValueOrDefault(use.Name)))
            {
                return false;
            }
        }

        return true;
    }
}
