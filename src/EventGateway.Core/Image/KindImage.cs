using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using EventGateway.Core.Model;

namespace EventGateway.Core.Image;

/// <summary>All entities of one kind: an immutable map that shares structure with the image it came from.</summary>
public sealed class KindImage<T> : IReadOnlyCollection<ImageEntry<T>>
    where T : Entity
{
    public static readonly KindImage<T> Empty = new(ImmutableDictionary<EntityKey, ImageEntry<T>>.Empty);

    private readonly ImmutableDictionary<EntityKey, ImageEntry<T>> _entries;

    internal KindImage(ImmutableDictionary<EntityKey, ImageEntry<T>> entries) => _entries = entries;

    public int Count => _entries.Count;

    public bool TryGet(EntityKey key, [NotNullWhen(true)] out ImageEntry<T>? entry) => _entries.TryGetValue(key, out entry);

    public IEnumerator<ImageEntry<T>> GetEnumerator() => _entries.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal ImmutableDictionary<EntityKey, ImageEntry<T>> Entries => _entries;
}
