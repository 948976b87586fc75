using System.Collections.Immutable;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What one pass changes in a workspace's desired state.</summary>
internal sealed class StateChanges
{
    private readonly List<EntityKey> _removed = [];
    private readonly List<DesiredEntity> _put = [];

    public void Remove(ImmutableArray<DesiredEntity> entities)
    {
        foreach (var entity in entities)
        {
            _removed.Add(entity.Entity.Key);
        }
    }

    public void Put(ImmutableArray<DesiredEntity> entities) => _put.AddRange(entities);

    /// <summary>The next state; <paramref name="state"/> itself when nothing changes.</summary>
    public DesiredState ApplyTo(DesiredState state) => _removed.Count == 0 && _put.Count == 0 ? state : state.With(_removed, _put);
}
