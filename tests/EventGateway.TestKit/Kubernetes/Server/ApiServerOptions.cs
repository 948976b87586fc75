namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>How the double behaves where real servers differ or are set up differently.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Drives creation times, bookmarks, and the end of watches.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How many changes of each kind a watch can go back. Real servers keep at least 100.</summary>
    public int History { get; init; } = 10_000;

    /// <summary>How often watches that allow it get a bookmark.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a watch without timeoutSeconds lasts.</summary>
    public TimeSpan WatchDuration { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a watch from a forgotten revision is answered 200 with an ERROR event; else with status 410. Real servers do both.</summary>
    public bool ExpiredAsEvent { get; init; } = true;

    /// <summary>Whether it speaks plain HTTP instead of TLS; everybody with a token then, as client certificates need TLS.</summary>
    public bool PlainHttp { get; init; }
}
