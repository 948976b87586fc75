using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A verdict without the object's name and place, so that it outlives a move of the object inside its file.</summary>
internal sealed class VerdictDraft(VerdictOutcome outcome, ImmutableArray<string> reasons, ImmutableArray<string> warnings)
{
    public static readonly VerdictDraft Accepted = new(VerdictOutcome.Accepted, [], []);

    public VerdictOutcome Outcome { get; } = outcome;

    public ImmutableArray<string> Reasons { get; } = reasons;

    public ImmutableArray<string> Warnings { get; } = warnings;

    public static VerdictDraft Skipped(string reason) => new(VerdictOutcome.Skipped, [reason], []);

    public static VerdictDraft Refused(string reason) => new(VerdictOutcome.Refused, [reason], []);

    /// <summary>Refused when there is any reason, else accepted.</summary>
    public static VerdictDraft From(ICollection<string> reasons, ICollection<string> warnings) => (reasons.Count, warnings.Count) switch
    {
        (0, 0) => Accepted,
        (0, _) => new(VerdictOutcome.Accepted, [], [.. warnings]),
        _ => new(VerdictOutcome.Refused, [.. reasons], [.. warnings]),
    };

    /// <summary>This draft with more said. New reasons make an accepted object a refused one.</summary>
    public VerdictDraft With(ImmutableArray<string> reasons, ImmutableArray<string> warnings) => reasons.IsEmpty && warnings.IsEmpty
        ? this
        : new(reasons.IsEmpty ? Outcome : VerdictOutcome.Refused, Reasons.AddRange(reasons), Warnings.AddRange(warnings));

    public bool Says(VerdictDraft other) => ReferenceEquals(this, other)
        || (Outcome == other.Outcome && Reasons.SequenceEqual(other.Reasons) && Warnings.SequenceEqual(other.Warnings));
}
