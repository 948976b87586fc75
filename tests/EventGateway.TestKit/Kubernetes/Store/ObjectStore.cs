using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;

namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>
/// All objects, under one lock (<see cref="Gate"/>) and one counter: each change of anything gets the next revision, and watches are told
/// while the lock is held, so that they see changes in their order.
/// </summary>
internal sealed class ObjectStore(int history)
{
    // Objects of real servers never have the first revisions: those are taken by what the server makes for itself.
    private const long FirstRevision = 1000;
    private readonly Dictionary<string, KindStore> _kinds = [];

    public Lock Gate { get; } = new();

    public long Revision_NeedsLock { get; private set; } = FirstRevision;

    /// <summary>How many changes of each kind are remembered for watches and continued lists.</summary>
    public int History { get; set; } = history;

    public KindStore Of_NeedsLock(ResourceKind kind)
    {
        var stored = kind.Stored;
        if (!_kinds.TryGetValue(stored.ResourceName, out var objects))
        {
            _kinds[stored.ResourceName] = objects = new KindStore(stored, FirstRevision);
        }

        return objects;
    }

    public IEnumerable<KindStore> Kinds_NeedsLock => _kinds.Values;

    public StoredObject? Get_NeedsLock(ResourceKind kind, ObjectKey key) => Of_NeedsLock(kind).Objects.GetValueOrDefault(key);

    /// <summary>Stores a state under the next revision and tells the watches.</summary>
    public StoredObject Put_NeedsLock(ResourceKind kind, JsonObject document)
    {
        var objects = Of_NeedsLock(kind);
        document.SetRevision(++Revision_NeedsLock);
        var after = new StoredObject(objects.Kind, document);
        objects.Apply(Revision_NeedsLock, objects.Objects.GetValueOrDefault(after.Key), after, History);
        return after;
    }

    public void Remove_NeedsLock(StoredObject o) => Of_NeedsLock(o.Kind).Apply(++Revision_NeedsLock, o, null, History);

    /// <summary>Forgets all changes, as compaction of the data store does: what goes on from an older revision is told 410.</summary>
    public void Compact()
    {
        lock (Gate)
        {
            foreach (var kind in _kinds.Values)
            {
                kind.ForgetAll(Revision_NeedsLock);
            }
        }
    }

    public void SendBookmarks()
    {
        lock (Gate)
        {
            foreach (var watch in _kinds.Values.SelectMany(k => k.Watches))
            {
                watch.SendBookmark(Revision_NeedsLock);
            }
        }
    }
}
