namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What an Ingress' wish for client certificates comes to.</summary>
internal sealed class ListenerUnit(IngressUnit ingress, CaBundleInfo? authorities) : TranslationUnit
{
    public IngressUnit Ingress { get; } = ingress;

    /// <summary>Null: there are none.</summary>
    public CaBundleInfo? Authorities { get; } = authorities;
}
