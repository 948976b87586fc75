using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>All objects a source sees at one moment.</summary>
internal sealed record ClusterSnapshot(ImmutableDictionary<string, NamespaceSnapshot> Namespaces, NamespaceSnapshot ClusterScoped)
{
    /// <summary>
    /// Groups objects by namespace. Groups that hold what <paramref name="previous"/> held are the same instances as there.
    /// </summary>
    public static ClusterSnapshot Of(IEnumerable<PlacedObject> objects, ClusterSnapshot? previous = null)
    {
        var groups = new Dictionary<string, ImmutableArray<PlacedObject>.Builder>(StringComparer.Ordinal);
        var name = "";
        ImmutableArray<PlacedObject>.Builder? group = null;
        foreach (var placed in objects)
        {
            // Neighbours mostly share a namespace.
            if (group is null || placed.Object.Id.Namespace != name)
            {
                name = placed.Object.Id.Namespace;
                if (!groups.TryGetValue(name, out group))
                {
                    var size = previous?.Namespaces.GetValueOrDefault(name)?.Objects.Length ?? 4;
                    groups.Add(name, group = ImmutableArray.CreateBuilder<PlacedObject>(size));
                }
            }

            group.Add(placed);
        }

        groups.Remove("", out var clusterScoped);
        var namespaces = groups.ToImmutableDictionary(
            g => g.Key,
            g => Keep(previous?.Namespaces.GetValueOrDefault(g.Key), g.Key, g.Value),
            StringComparer.Ordinal);
        return new ClusterSnapshot(namespaces, Keep(previous?.ClusterScoped, "", clusterScoped));
    }

    private static NamespaceSnapshot Keep(NamespaceSnapshot? previous, string name, ImmutableArray<PlacedObject>.Builder? objects)
    {
        var count = objects?.Count ?? 0;
        if (previous is not null && previous.Objects.Length == count)
        {
            var i = 0;
            while (i < count && ReferenceEquals(previous.Objects[i].Object, objects![i].Object) && previous.Objects[i].Location == objects[i].Location)
            {
                i++;
            }

            if (i == count)
            {
                return previous;
            }
        }

        return new NamespaceSnapshot(name, objects?.DrainToImmutable() ?? []);
    }
}
