using System.Collections.Immutable;

namespace EventGateway.Core.Publishing;

/// <summary>All that a source wants, per workspace. A workspace whose state did not change is the same object as before; one that is missing is to be emptied.</summary>
public sealed record SourceState(IReadOnlyDictionary<string, DesiredState> Workspaces)
{
    /// <summary>
    /// Whether something could not be read since the source was started, and so whether what was never mentioned since then may still
    /// be wanted.
    /// </summary>
    public bool IsPartial { get; init; }

    /// <summary>
    /// Workspaces of which is not known, or not for this writer to say, what they want: nobody touches their logs. One that is also in
    /// <see cref="Workspaces"/> is not left alone.
    /// </summary>
    public ImmutableHashSet<string> LeftAlone { get; init; } = ImmutableHashSet<string>.Empty;
}
