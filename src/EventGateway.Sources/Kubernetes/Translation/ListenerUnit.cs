namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What an Ingress' wish for client certificates comes to.</summary>
internal sealed class ListenerUnit(IngressUnit ingress, CaBundleInfo? authorities, bool isTentative) : TranslationUnit
{
    public IngressUnit Ingress { get; } = ingress;

    /// <summary>Null: there are none.</summary>
    public CaBundleInfo? Authorities { get; } = authorities;

    /// <summary>Whether there may be some that could not be read.</summary>
    public bool IsTentative { get; } = isTentative;
}
