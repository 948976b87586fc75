namespace EventGateway.Core.Publishing;

/// <summary>Where desired state comes from: a manifest folder, a cluster.</summary>
public interface IConfigSource
{
    /// <summary>
    /// What is wanted, per workspace, each time it changes; the first only once it is complete. A workspace whose state did not
    /// change is the same object as before. A workspace that is missing is to be emptied.
    /// </summary>
    IAsyncEnumerable<IReadOnlyDictionary<string, DesiredState>> WatchAsync(CancellationToken cancellationToken);
}
