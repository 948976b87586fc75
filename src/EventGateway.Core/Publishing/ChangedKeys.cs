using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Core.Publishing;

/// <summary>
/// One step of a state's history. Steps point forward only: whoever still holds an old state keeps the steps since then alive, and
/// nobody keeps older ones.
/// </summary>
internal sealed class ChangedKeys(ImmutableArray<EntityKey> keys)
{
    private ChangedKeys? _next;

    /// <summary>The step after this one. A second one after the same step begins a history of its own.</summary>
    public ChangedKeys Then(ImmutableArray<EntityKey> keys)
    {
        var next = new ChangedKeys(keys);
        Interlocked.CompareExchange(ref _next, next, null);
        return next;
    }

    /// <summary>All keys of the steps after this one up to another; null: the other does not follow this one.</summary>
    public HashSet<EntityKey>? UpTo(ChangedKeys last)
    {
        HashSet<EntityKey> changed = [];
        for (var step = this; !ReferenceEquals(step, last); changed.UnionWith(step.Keys))
        {
            step = Volatile.Read(ref step._next);
            if (step is null)
            {
                return null;
            }
        }

        return changed;
    }

    private ImmutableArray<EntityKey> Keys { get; } = keys;
}
