using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>An object as a list or a watch gave it.</summary>
/// <param name="Id">Its name is "" where not even that could be read.</param>
/// <param name="Object">Null: it could not be decoded.</param>
/// <param name="Fault">Why not.</param>
internal sealed record DecodedObject(ObjectId Id, ResourceVersion Version, SourceObject? Object, string Fault = "");
