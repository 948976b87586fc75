namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What an EndpointSlice comes to.</summary>
internal sealed class EndpointSliceUnit(SourceObject slice) : TranslationUnit
{
    public SourceObject Slice { get; } = slice;

    public required VerdictDraft Draft { get; init; }
}
