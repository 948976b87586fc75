using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Core.Publishing;

/// <summary>
/// Everything a source wants to be in one log; what is not in it is to be removed. Knows which keys the later states made from it by
/// <see cref="With"/> have changed, so that comparing two of them costs what lies between them and not what they hold.
/// </summary>
public sealed record DesiredState
{
    public static readonly DesiredState Empty = new(ImmutableDictionary<EntityKey, DesiredEntity>.Empty);

    private readonly ChangedKeys _changed;

    public DesiredState(ImmutableDictionary<EntityKey, DesiredEntity> entities)
        : this(entities, new ChangedKeys([]))
    {
    }

    private DesiredState(ImmutableDictionary<EntityKey, DesiredEntity> entities, ChangedKeys changed)
    {
        Entities = entities;
        _changed = changed;
    }

    public ImmutableDictionary<EntityKey, DesiredEntity> Entities { get; }

    /// <summary>
    /// Whether something could not be read since the source was started, so that it is not known what it wants: what is in the log
    /// and was not wanted since then stays there.
    /// </summary>
    public bool IsPartial { get; init; }

    /// <summary>
    /// Whether an entity of the log that is not wanted may be wanted by something that could not be read: it stays, with what it points
    /// at, unless this writer has once put it there. Null: all that could want anything was read.
    /// </summary>
    public Func<Entity, bool>? IsUndecided { get; init; }

    /// <exception cref="ArgumentException">Two entities have one key.</exception>
    public static DesiredState Of(IEnumerable<DesiredEntity> entities) => new(entities.ToImmutableDictionary(e => e.Entity.Key));

    /// <summary>The state that follows this one. A key may be removed and put again: removals come first.</summary>
    public DesiredState With(IEnumerable<EntityKey> removed, IEnumerable<DesiredEntity> put)
    {
        var entities = Entities.ToBuilder();
        var keys = ImmutableArray.CreateBuilder<EntityKey>();
        foreach (var key in removed)
        {
            entities.Remove(key);
            keys.Add(key);
        }

        foreach (var entity in put)
        {
            entities[entity.Entity.Key] = entity;
            keys.Add(entity.Entity.Key);
        }

        // The empty state is for ever, and would keep every step since its first successor alive.
        var changed = ReferenceEquals(_changed, Empty._changed) ? new ChangedKeys(keys.ToImmutable()) : _changed.Then(keys.ToImmutable());
        return new DesiredState(entities.ToImmutable(), changed) { IsPartial = IsPartial, IsUndecided = IsUndecided };
    }

    /// <summary>A superset of the keys in which this state differs from an earlier one; null: it was not made from that one.</summary>
    public HashSet<EntityKey>? ChangedSince(DesiredState earlier) => earlier._changed.UpTo(_changed);

    public bool Equals(DesiredState? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
