using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Files;

/// <summary>An object that could not be read.</summary>
/// <param name="Id">Null: the document could not be read far enough to tell.</param>
/// <param name="Problems">At least one.</param>
internal sealed record ManifestFault(ObjectId? Id, string ApiVersion, ImmutableArray<ManifestProblem> Problems);
