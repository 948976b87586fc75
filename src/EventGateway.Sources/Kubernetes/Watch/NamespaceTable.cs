using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>The objects of one namespace, or those that belong to none. Used by one thread.</summary>
internal sealed class NamespaceTable(string name)
{
    private static readonly SourceLocation Location = new("cluster", 0);

    private readonly SortedDictionary<(string Kind, string Name), TableEntry> _entries = new(OrdinalOrder.Instance);
    private readonly Dictionary<(string Kind, string Name), string> _faults = [];
    private NamespaceSnapshot? _snapshot;

    public string Name { get; } = name;

    public bool IsEmpty => _entries.Count == 0 && _faults.Count == 0;

    /// <summary>Objects that could not be decoded when they were last seen, and why. What was known of them before stays in use.</summary>
    public IReadOnlyDictionary<(string Kind, string Name), string> Faults => _faults;

    /// <summary>Objects of which nothing is known but that they are there.</summary>
    public IEnumerable<(string Kind, string Name)> Unknown => _faults.Count == 0 ? [] : _faults.Keys.Where(k => !_entries.ContainsKey(k));

    public TableEntry? Find(string kind, string name) => _entries.GetValueOrDefault((kind, name));

    public IEnumerable<TableEntry> OfKind(string kind) => _entries.Where(e => e.Key.Kind == kind).Select(e => e.Value);

    public void Put(TableEntry entry)
    {
        var key = (entry.Object.Id.Kind, entry.Object.Id.Name);
        if (!_entries.TryGetValue(key, out var before) || !ReferenceEquals(before.Object, entry.Object))
        {
            _snapshot = null;
        }

        _entries[key] = entry;
        _faults.Remove(key);
    }

    public void PutFault(string kind, string objectName, string fault) => _faults[(kind, objectName)] = fault;

    public void Remove(string kind, string objectName)
    {
        _faults.Remove((kind, objectName));
        if (_entries.Remove((kind, objectName)))
        {
            _snapshot = null;
        }
    }

    /// <summary>The same instance as last time when it says the same.</summary>
    public NamespaceSnapshot Snapshot(UnreadObjects unread) => _snapshot is { } last && last.Unread.Says(unread)
        ? last
        : _snapshot = new NamespaceSnapshot(Name, [.. _entries.Values.Select(e => new PlacedObject(e.Object, Location))], unread);

    private sealed class OrdinalOrder : IComparer<(string Kind, string Name)>
    {
        public static readonly OrdinalOrder Instance = new();

        public int Compare((string Kind, string Name) x, (string Kind, string Name) y)
        {
            var byKind = string.CompareOrdinal(x.Kind, y.Kind);
            return byKind != 0 ? byKind : string.CompareOrdinal(x.Name, y.Name);
        }
    }
}
