using EventGateway.Core.Image;
using EventGateway.Core.Model;

namespace EventGateway.Core.Log;

/// <summary>One entity that is new or different, or the removal of one.</summary>
/// <param name="Entity">Null: the key is removed.</param>
/// <param name="Body">The serialized entity; empty for a removal.</param>
/// <param name="Hash">Of the body; default for a removal.</param>
public sealed record Change(EntityKey Key, Entity? Entity, ReadOnlyMemory<byte> Body, ContentHash Hash, Provenance Provenance);
