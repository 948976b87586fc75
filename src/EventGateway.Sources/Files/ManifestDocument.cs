using System.Collections.Immutable;

namespace EventGateway.Sources.Files;

/// <summary>What one document of a file holds. Kept for as long as the document's text stays the same.</summary>
internal sealed record ManifestDocument(ImmutableArray<ManifestItem> Items, ImmutableArray<ManifestFault> Faults);
