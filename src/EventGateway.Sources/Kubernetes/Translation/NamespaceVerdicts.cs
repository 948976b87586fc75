using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What became of the objects of one namespace, in the source's order; none: it is gone.</summary>
/// <param name="Namespace">"": objects that belong to none.</param>
internal sealed record NamespaceVerdicts(string Namespace, ImmutableArray<JudgedObject> Objects);
