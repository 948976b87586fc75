namespace EventGateway.Kafka;

/// <summary>What the monitor saw of a session last time.</summary>
internal sealed class TailProgress
{
    public long Position { get; set; } = -1;

    /// <summary>Consecutive checks in which there was more to read and nothing was read.</summary>
    public int Stalls { get; set; }

    public bool GoneTold { get; set; }

    public long HangingAt { get; set; } = -1;

    public long HangingSince { get; set; }

    public bool HangTold { get; set; }
}
