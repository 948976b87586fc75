namespace EventGateway.Core.Acks;

/// <summary>When proxies report, and for how long a report holds.</summary>
public sealed record AckOptions
{
    /// <summary>How often a proxy says that it lives. Default 5 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after its last heartbeat a proxy is taken for gone. Default 30 s.</summary>
    public TimeSpan LivesFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after that it is still shown. Default 1 h, as long as the store keeps what it has said.</summary>
    public TimeSpan KnownFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The first change is acked at once, those within this time after it together. Default 100 ms.</summary>
    public TimeSpan CoalesceWindow { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often everything is written again, as the store forgets records after a while. Default 10 min; the store must keep them for an hour.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long to wait before a store that does not answer is tried again. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}
