using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Files;

/// <summary>An object of a document.</summary>
/// <param name="Line">From 1, within the document.</param>
internal readonly record struct ManifestItem(SourceObject Object, int Line);
