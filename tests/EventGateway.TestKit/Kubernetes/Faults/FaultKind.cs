namespace EventGateway.TestKit.Kubernetes.Faults;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>A status of failure instead of the answer.</summary>
    Status,

    /// <summary>The answer comes late.</summary>
    Slow,

    /// <summary>The connection breaks before anything is done.</summary>
    Drop,

    /// <summary>It is done, and the connection breaks before the answer.</summary>
    LoseAnswer,

    /// <summary>No byte comes while the rule stands, neither answers nor events of watches; the connection stays. As with a network that swallows packets.</summary>
    Silence,

    /// <summary>The connection breaks where an event of a watch would have come.</summary>
    WatchDrop,

    /// <summary>The watch ends in order where an event would have come, as at its timeout.</summary>
    WatchEnd,

    /// <summary>An event of a watch comes twice.</summary>
    WatchDuplicate,

    /// <summary>An event of a watch, and all after it, come late.</summary>
    WatchLate,

    /// <summary>An event of a watch comes after the one that follows it, if one does soon.</summary>
    WatchSwap,

    /// <summary>A line of a watch is no JSON; the event follows.</summary>
    WatchGarbage,

    /// <summary>A watch ends with the error that its revision is too old (410).</summary>
    WatchGone,

    /// <summary>A watch ends with an error of the server (500).</summary>
    WatchError,
}
