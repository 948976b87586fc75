namespace EventGateway.Kafka;

/// <summary>Why a reading of a topic ended.</summary>
internal enum TailEnding
{
    None,

    /// <summary>The topic has another id than before.</summary>
    Recreated,

    /// <summary>Records that were read, or the place to go on from, are gone.</summary>
    Truncated,

    /// <summary>This user may not read the topic.</summary>
    Denied,

    /// <summary>Nobody reads any more, or the store is being closed.</summary>
    Closed,
}
