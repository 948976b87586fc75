using System.Collections.Immutable;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Core.Publishing;

/// <summary>What the writer of one log knows right now.</summary>
public sealed record PublisherStatus(LogName Log)
{
    /// <summary>Whether this process is the log's writer.</summary>
    public bool IsWriter { get; init; }

    /// <summary>Whether the log holds what the source wants, refused and held entities excepted.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>What the log holds, by what was read and appended.</summary>
    public ConfigImage Image { get; init; } = ConfigImage.Empty;

    /// <summary>Of the last append.</summary>
    public LogPosition Position { get; init; } = LogPosition.None;

    /// <summary>Removals held back by the mass-removal guard.</summary>
    public int HeldRemovals { get; init; }

    /// <summary>Entities that stay because the source could not be read in whole and has not mentioned them since it was started.</summary>
    public int LeftAlone { get; init; }

    /// <summary>Entities that were not published, and why.</summary>
    public ImmutableArray<RefusedRecord> Refused { get; init; } = [];

    /// <summary>Why nothing can be published; null: it can.</summary>
    public string? Fault { get; init; }
}
