namespace EventGateway.Core.Log;

/// <summary>Where logs are kept: a Kafka cluster, or the embedded database. Safe for use from any thread.</summary>
public interface IConfigLogStore : IAsyncDisposable
{
    /// <summary><c>kafka</c> or <c>embedded</c>, as <c>/status</c> shows it.</summary>
    string Source { get; }

    /// <summary>Whether the store answered last time it was asked.</summary>
    bool IsConnected { get; }

    /// <summary>Why the store cannot be reached and what to look at; null while it can be, and before the first try.</summary>
    string? LastFault => null;

    /// <summary>The same object for the same name. Does no I/O.</summary>
    IConfigLog Open(LogName name);

    /// <summary>
    /// The logs there are, whole, each time the set changes; the first as soon as the store answers. A log that vanishes from one
    /// set and is in the next was not necessarily recreated: its reader says so.
    /// </summary>
    IAsyncEnumerable<IReadOnlySet<LogName>> WatchLogsAsync(CancellationToken cancellationToken);
}
