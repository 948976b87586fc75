using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A Secret an Ingress wants served.</summary>
/// <param name="Field">Where the Ingress says so, for example <c>spec.tls[0]</c>.</param>
/// <param name="Hosts">Lower case; empty: the names in the certificate.</param>
internal sealed record TlsUse(string Secret, string Field, ImmutableArray<string> Hosts);
