using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Core.Publishing;

/// <summary>Everything a source wants to be in one log; what is not in it is to be removed.</summary>
public sealed record DesiredState(ImmutableDictionary<EntityKey, DesiredEntity> Entities)
{
    public static readonly DesiredState Empty = new(ImmutableDictionary<EntityKey, DesiredEntity>.Empty);

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
}
