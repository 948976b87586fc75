namespace EventGateway.Kafka;

/// <summary>What the monitor saw of a session last time.</summary>
internal sealed class TailProgress
{
    public long Position { get; set; } = -1;

    /// <summary>Since when there has been more to read and nothing was read.</summary>
    public long StalledSince { get; set; }

    public bool GoneTold { get; set; }

    public long HangingAt { get; set; } = -1;

    public long HangingSince { get; set; }

    public bool HangTold { get; set; }
}
