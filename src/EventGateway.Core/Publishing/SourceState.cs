namespace EventGateway.Core.Publishing;

/// <summary>All that a source wants, per workspace. A workspace whose state did not change is the same object as before; one that is missing is to be emptied.</summary>
public sealed record SourceState(IReadOnlyDictionary<string, DesiredState> Workspaces)
{
    /// <summary>
    /// Whether something could not be read since the source was started, and so whether what was never mentioned since then may still
    /// be wanted.
    /// </summary>
    public bool IsPartial { get; init; }
}
