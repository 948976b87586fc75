using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>An object as it is known now.</summary>
/// <param name="Version">Of what was last heard of it, which may be later than <paramref name="Object"/> where nothing that matters has changed.</param>
/// <param name="Owner">Whose list tells that it is gone.</param>
/// <param name="IsStub">Whether its data was left out, as nobody named it.</param>
internal sealed record TableEntry(SourceObject Object, ResourceVersion Version, Reflector Owner, bool IsStub);
