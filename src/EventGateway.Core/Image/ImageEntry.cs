using EventGateway.Core.Model;

namespace EventGateway.Core.Image;

/// <summary>An entity in an image, with what its record says of it.</summary>
public sealed record ImageEntry<T>(T Entity, ContentHash Hash, RecordVersion Version, Provenance Provenance) : IImageEntry
    where T : Entity
{
    Entity IImageEntry.Entity => Entity;
}
