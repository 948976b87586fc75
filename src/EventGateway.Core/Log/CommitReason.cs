namespace EventGateway.Core.Log;

/// <summary>The numbers are those of the wire contract.</summary>
public enum CommitReason
{
    Change = 0,

    /// <summary>A writer has taken over the log.</summary>
    Claim = 1,

    /// <summary>Nothing changed; the writer is alive.</summary>
    Heartbeat = 2,
}
