namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Where an object stands.</summary>
/// <param name="Line">From 1; 0: the source has no lines.</param>
internal readonly record struct SourceLocation(string File, int Line)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : File;
}
