using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Counts of one kind, over all its reflectors there ever were. Safe to use from any thread.</summary>
internal sealed class FeedCounts
{
    private readonly ConcurrentDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private long _added;
    private long _modified;
    private long _deleted;
    private long _lists;

    public long Lists => Volatile.Read(ref _lists);

    public ImmutableSortedDictionary<string, long> Events => ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("added", Volatile.Read(ref _added)),
        KeyValuePair.Create("modified", Volatile.Read(ref _modified)),
        KeyValuePair.Create("deleted", Volatile.Read(ref _deleted)),
    ]);

    public ImmutableSortedDictionary<string, long> Errors => _errors.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public void CountList() => Interlocked.Increment(ref _lists);

    public void CountEvent(WatchEventType type)
    {
        switch (type)
        {
            case WatchEventType.Added: Interlocked.Increment(ref _added); break;
            case WatchEventType.Modified: Interlocked.Increment(ref _modified); break;
            case WatchEventType.Deleted: Interlocked.Increment(ref _deleted); break;
        }
    }

    /// <param name="reason">One of a few words: it becomes a label.</param>
    public void CountError(string reason) => _errors.AddOrUpdate(reason, 1, (_, count) => count + 1);
}
