namespace EventGateway.Core.Publishing;

/// <summary>How a writer publishes to the logs of its origin.</summary>
public sealed class PublisherOptions
{
    public const int DefaultMassRemovalPercent = 20;
    public const int MassRemovalFloor = 10;
    public const int MaxChangesPerSet = 500;
    public const int MaxBytesPerSet = 1024 * 1024;
    public const int DefaultMaxEntityBytes = (4 * 1024 * 1024) - (64 * 1024);

    /// <summary>A DNS label.</summary>
    public required string Origin { get; init; }

    /// <summary>
    /// Removals of more than this share of a log's entities at once, and of more than <see cref="MassRemovalFloor"/>, are held back until
    /// the source wants them no more or a person raises the limit. 100: never held. In percent.
    /// </summary>
    public int MassRemovalPercent { get; init; } = DefaultMassRemovalPercent;

    /// <summary>Changes that come while this time has not passed since the last append go together. The first goes at once.</summary>
    public TimeSpan CoalesceWindow { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a log may be silent before its writer says that it is alive.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A serialized entity larger than this is refused by name. In bytes.</summary>
    public int MaxEntityBytes { get; init; } = DefaultMaxEntityBytes;

    /// <summary>
    /// Whether logs of this origin that the source does not mention are emptied. Only for a source that speaks for the whole
    /// origin, such as a manifest folder.
    /// </summary>
    public bool OwnsOrigin { get; init; }
}
