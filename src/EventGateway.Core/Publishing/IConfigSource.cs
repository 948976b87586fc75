namespace EventGateway.Core.Publishing;

/// <summary>Where desired state comes from: a manifest folder, a cluster.</summary>
public interface IConfigSource
{
    /// <summary>What is wanted, each time it changes; the first only once everything was looked at.</summary>
    IAsyncEnumerable<SourceState> WatchAsync(CancellationToken cancellationToken);
}
