namespace EventGateway.Core.Loading.LastKnownGood;

/// <summary>Where last-known-good files lie, how often they are written, and how long a start waits for the log before it uses one.</summary>
public sealed class LastKnownGoodOptions
{
    /// <summary>The folder of the files, one per log; see <see cref="LastKnownGoodFolder.Prepare"/>.</summary>
    public required string Folder { get; init; }

    /// <summary>How long a start waits for the log store to answer at all. Default 250 ms: a proxy without Kafka must serve well within a second.</summary>
    public TimeSpan AnswerGrace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a start waits, once the store has answered, for a log to be read to its end: the log is the better source. Default 2 s.</summary>
    public TimeSpan ReadGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a change waits for others to be written with it. Default 250 ms.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Shortest time from one replacement of a file to the next, of whatever log. Default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How much is written a second, on average, however often configs change: a file of 30 MiB is replaced every 30 s at most. Default 1 MiB.</summary>
    public long BytesPerSecond { get; init; } = 1024 * 1024;

    /// <summary>How long after a failed write the next is tried. Default 10 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);
}
