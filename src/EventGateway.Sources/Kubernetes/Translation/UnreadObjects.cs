using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// Objects of a namespace of which the source does not know whether they are there. What is made without them is better than nothing, and
/// worse than what was made with them.
/// </summary>
internal sealed class UnreadObjects(ImmutableHashSet<string> kinds, ImmutableHashSet<(string Kind, string Name)> objects)
{
    public static readonly UnreadObjects None = new([], []);

    public bool IsEmpty => kinds.IsEmpty && objects.IsEmpty;

    public ImmutableHashSet<(string Kind, string Name)> Objects => objects;

    public bool HasKind(string kind) => kinds.Contains(kind);

    public bool Has(string kind, string name) => !IsEmpty && (kinds.Contains(kind) || objects.Contains((kind, name)));

    public bool Says(UnreadObjects other) => ReferenceEquals(this, other) || (other.SaysKinds(kinds) && objects.SetEquals(other.Objects));

    private bool SaysKinds(ImmutableHashSet<string> others) => kinds.SetEquals(others);
}
