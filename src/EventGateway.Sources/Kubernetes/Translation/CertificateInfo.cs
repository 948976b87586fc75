using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A TLS Secret as it was read.</summary>
internal sealed record CertificateInfo
{
    /// <summary>Empty: the certificate can be used.</summary>
    public ImmutableArray<string> Reasons { get; init; } = [];

    public string ChainPem { get; init; } = "";

    /// <summary>PEM text as UTF-8.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>Lower case; the subject's common name when there are no alternative names.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    public DateTimeOffset NotBefore { get; init; }

    public DateTimeOffset NotAfter { get; init; }

    /// <summary>Whether clients that ask for the host will find it in the certificate.</summary>
    public bool Covers(string host) => Names.Contains(host)
        || (!host.StartsWith('*') && host.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && Names.Contains($"*{host[dot..]}"));
}
