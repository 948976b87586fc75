namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>An object and its place. The place may move, when lines above it change, without the object being another.</summary>
internal readonly record struct PlacedObject(SourceObject Object, SourceLocation Location);
