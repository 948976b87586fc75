using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Core.Image;

/// <summary>
/// What changes of one kind between two images. An entity made and removed in the same delta leaves no trace.
/// Written by one thread; read-only once applied.
/// </summary>
public sealed class KindDelta<T>
    where T : Entity
{
    private readonly KindImage<T> _from;
    private readonly Dictionary<EntityKey, ImageEntry<T>?> _changes = [];

    internal KindDelta(KindImage<T> from) => _from = from;

    /// <summary>Entities that are new or have other content, in no particular order.</summary>
    public IEnumerable<ImageEntry<T>> Changed => _changes.Values.Where(e => e is not null)!;

    /// <summary>Entities that are gone, as they were before.</summary>
    public IEnumerable<ImageEntry<T>> Removed => _changes.Where(c => c.Value is null).Select(c => _from.Entries[c.Key]);

    public int Count => _changes.Count;

    internal ImageEntry<T>? Find(EntityKey key) => _changes.TryGetValue(key, out var changed) ? changed : _from.Entries.GetValueOrDefault(key);

    internal void Put(EntityKey key, ImageEntry<T> entry) => _changes[key] = entry;

    internal void Remove(EntityKey key)
    {
        if (_from.Entries.ContainsKey(key))
        {
            _changes[key] = null;
        }
        else
        {
            _changes.Remove(key);
        }
    }

    internal KindImage<T> Apply()
    {
        if (_changes.Count == 0)
        {
            return _from;
        }

        var builder = _from.Entries.ToBuilder();
        foreach (var (key, entry) in _changes)
        {
            if (entry is null)
            {
                builder.Remove(key);
            }
            else
            {
                builder[key] = entry;
            }
        }

        return new KindImage<T>(builder.ToImmutable());
    }
}
