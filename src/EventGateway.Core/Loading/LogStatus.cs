using System.Collections.Immutable;
using EventGateway.Core.Image;
using EventGateway.Core.Log;

namespace EventGateway.Core.Loading;

/// <summary>What a loader knows of one log right now.</summary>
public sealed record LogStatus(LogName Log)
{
    /// <summary>The image in use.</summary>
    public ConfigImage Image { get; init; } = ConfigImage.Empty;

    /// <summary>When the last-known-good file was written that the image in use comes from; null: it comes from the log.</summary>
    public DateTimeOffset? LastKnownGoodAt { get; init; }

    /// <summary>Whether the log was once read to the end it had then. Never becomes false again.</summary>
    public bool CaughtUp { get; init; }

    /// <summary>Offset of the last record read, and the end that is being read to: for the progress of a long replay.</summary>
    public long ReadOffset { get; init; } = -1;

    public long EndOffset { get; init; }

    /// <summary>By this process's clock; null before the first commit record.</summary>
    public DateTimeOffset? LastHeardAt { get; init; }

    /// <summary>Records that could not be read, and what publishers could not use.</summary>
    public ImmutableArray<RefusedRecord> Refused { get; init; } = [];

    /// <summary>Records that came late, twice, or from a writer that had lost the log.</summary>
    public long IgnoredRecords { get; init; }

    /// <summary>Whether the image's hash is the one the last commit states.</summary>
    public bool HashMatches { get; init; } = true;

    /// <summary>Why the log cannot be read at all, or does not replace its last-known-good image; null: it can, and does.</summary>
    public string? Fault { get; init; }
}
