using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>The objects of one namespace in the source's order. The same instance as long as nothing in it changes.</summary>
/// <param name="unread">Null: all that there are were read.</param>
internal sealed class NamespaceSnapshot(string name, ImmutableArray<PlacedObject> objects, UnreadObjects? unread = null)
{
    public string Name { get; } = name;

    public ImmutableArray<PlacedObject> Objects { get; } = objects;

    public UnreadObjects Unread { get; } = unread ?? UnreadObjects.None;
}
