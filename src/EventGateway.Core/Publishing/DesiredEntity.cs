using EventGateway.Core.Image;
using EventGateway.Core.Model;

namespace EventGateway.Core.Publishing;

/// <summary>An entity a source wants to be in a log.</summary>
public sealed record DesiredEntity(Entity Entity, Provenance Provenance);
