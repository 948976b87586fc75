namespace EventGateway.Core.Publishing;

/// <summary>What a source knows of where its changes come from, for metrics and <c>/status</c>. Safe to ask from any thread.</summary>
public interface ISourceFeeds
{
    /// <summary>Ordered by name.</summary>
    IReadOnlyList<SourceFeed> Feeds { get; }

    /// <summary>Why the source cannot say yet what it wants; empty: it can.</summary>
    IReadOnlyList<string> Waiting { get; }

    /// <summary>From taking a change in to handing on what it comes to, of the last one.</summary>
    TimeSpan LastDelay { get; }
}
