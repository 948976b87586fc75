using System.Collections.Immutable;
using EventGateway.TestKit.Kubernetes.Kinds;

namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>
/// The objects of one kind, their last changes, and who watches them. As in a real server only so many changes are kept; who wants to go
/// on from before them has to list anew. All members want the store's lock.
/// </summary>
internal sealed class KindStore(ResourceKind kind, long forgotten)
{
    private static readonly ImmutableSortedDictionary<ObjectKey, StoredObject> None = ImmutableSortedDictionary<ObjectKey, StoredObject>.Empty;

    private readonly Queue<StoredChange> _changes = [];
    private readonly List<WatchSubscription> _watches = [];
    private ImmutableSortedDictionary<ObjectKey, StoredObject> _beforeChanges = None;

    public ResourceKind Kind { get; } = kind;

    public ImmutableSortedDictionary<ObjectKey, StoredObject> Objects { get; private set; } = None;

    /// <summary>The revision of the last change that is forgotten; nobody can go on from before it.</summary>
    public long Forgotten { get; private set; } = forgotten;

    public IReadOnlyList<WatchSubscription> Watches => _watches;

    public void Apply(long revision, StoredObject? before, StoredObject? after, int history)
    {
        Objects = after is null ? Objects.Remove(before!.Key) : Objects.SetItem(after.Key, after);
        var change = new StoredChange(revision, before, after, Objects);
        _changes.Enqueue(change);
        Forget(history);
        foreach (var watch in _watches)
        {
            watch.Offer(change);
        }
    }

    /// <summary>Drops all but so many of the last changes.</summary>
    public void Forget(int keep)
    {
        while (_changes.Count > keep)
        {
            var change = _changes.Dequeue();
            Forgotten = change.Revision;
            _beforeChanges = change.Objects;
        }
    }

    /// <summary>Drops all changes: nobody can go on from before this revision, be it without changes since.</summary>
    public void ForgetAll(long revision)
    {
        Forget(0);
        (Forgotten, _beforeChanges) = (revision, Objects);
    }

    /// <summary>What there was at a revision; null: that is forgotten.</summary>
    public ImmutableSortedDictionary<ObjectKey, StoredObject>? At(long revision) =>
        revision < Forgotten ? null : _changes.LastOrDefault(c => c.Revision <= revision)?.Objects ?? _beforeChanges;

    public IEnumerable<StoredChange> ChangesAfter(long revision) => _changes.Where(c => c.Revision > revision);

    public void Add(WatchSubscription watch) => _watches.Add(watch);

    public void Remove(WatchSubscription watch) => _watches.Remove(watch);
}
