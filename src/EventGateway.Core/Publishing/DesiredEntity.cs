using EventGateway.Core.Image;
using EventGateway.Core.Model;

namespace EventGateway.Core.Publishing;

/// <summary>An entity a source wants to be in a log.</summary>
public sealed record DesiredEntity(Entity Entity, Provenance Provenance)
{
    /// <summary>Whether something it is made of could not be read. It is better than nothing, and worse than what the log has: only a key that is not there gets it.</summary>
    public bool IsTentative { get; init; }
}
