using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What a TLS Secret comes to, for the hosts its Ingresses name.</summary>
internal sealed class CertificateUnit(SourceObject secret, CertificateInfo info, ImmutableArray<string> serverNames) : TranslationUnit
{
    public SourceObject Secret { get; } = secret;

    public CertificateInfo Info { get; } = info;

    public ImmutableArray<string> ServerNames { get; } = serverNames;
}
