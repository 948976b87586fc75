using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What a TLS Secret comes to, for the hosts its Ingresses name and the backends that show it.</summary>
internal sealed class CertificateUnit(CertificateInfo info, ImmutableArray<string> serverNames, bool isShown) : TranslationUnit
{
    public CertificateInfo Info { get; } = info;

    public ImmutableArray<string> ServerNames { get; } = serverNames;

    /// <summary>Whether a backend shows it to its endpoints.</summary>
    public bool IsShown { get; } = isShown;
}
