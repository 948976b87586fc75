using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>The CA certificates of a Secret or a ConfigMap as they were read.</summary>
internal sealed record CaBundleInfo
{
    /// <summary>Empty: the certificates can be used.</summary>
    public ImmutableArray<string> Reasons { get; init; } = [];

    /// <summary>PEM, certificates only, whatever else stands beside them.</summary>
    public string Pem { get; init; } = "";

    /// <summary>When the first of them expires.</summary>
    public DateTimeOffset NotAfter { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Name of the field they stand in.</summary>
    public string Field { get; init; } = "";

    public VerdictDraft Judge(DateTimeOffset now) => !Reasons.IsEmpty ? new VerdictDraft(VerdictOutcome.Refused, Reasons, [])
        : NotAfter < now ? new VerdictDraft(VerdictOutcome.Accepted, [], [$"{Field}: a CA certificate expired on {NotAfter:yyyy-MM-dd}; what it signed is not trusted any more, renew it"])
        : VerdictDraft.Accepted;
}
