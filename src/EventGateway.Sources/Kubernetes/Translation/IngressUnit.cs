using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What an Ingress or a TCPIngress comes to.</summary>
internal sealed class IngressUnit(SourceObject ingress, IngressClassTable classes) : TranslationUnit
{
    public SourceObject Ingress { get; } = ingress;

    /// <summary>The Services it names.</summary>
    public ImmutableArray<ServiceUse> Services { get; init; } = [];

    /// <summary>The ports its routes send requests to.</summary>
    public ImmutableArray<BackendUse> Backends { get; init; } = [];

    public ImmutableArray<TlsUse> Tls { get; init; } = [];

    /// <summary>Null: its clients need no certificate.</summary>
    public ClientCaUse? ClientCa { get; init; }

    public ImmutableArray<RouteClaim> Claims { get; init; } = [];

    public required VerdictDraft Draft { get; init; }

    /// <summary>Whether a translation now would give the same unit.</summary>
    public bool IsCurrent(SourceObject ingressNow, IngressClassTable classesNow, Dictionary<string, ServiceUpstream> services)
    {
        if (!ReferenceEquals(Ingress, ingressNow) || !ReferenceEquals(classes, classesNow))
        {
            return false;
        }

        foreach (var use in Services)
        {
            if (!ReferenceEquals(use.Service, services.GetValueOrDefault(use.Name)?.Service))
            {
                return false;
            }
        }

        return true;
    }
}
