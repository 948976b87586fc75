using EventGateway.Core.Model;

namespace EventGateway.Core.Image;

/// <summary>An <see cref="ImageEntry{T}"/> of any kind.</summary>
public interface IImageEntry
{
    Entity Entity { get; }

    ContentHash Hash { get; }

    RecordVersion Version { get; }

    Provenance Provenance { get; }
}
