using System.Collections.Immutable;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What a snapshot comes to.</summary>
/// <param name="Desired">Per namespace; those without any entity are left out. An unchanged one is the same object as before.</param>
/// <param name="Judged">The namespaces about which something else is to be said than last time.</param>
/// <param name="All">See <see cref="Verdicts"/>.</param>
internal sealed record Translation(
    ImmutableDictionary<string, DesiredState> Desired, ImmutableArray<NamespaceVerdicts> Judged, Lazy<ImmutableArray<ObjectVerdict>> All)
{
    /// <summary>
    /// One for each object, those of one namespace together, in the source's order; the same array as long as nothing changes. Made when it is
    /// first asked for: it costs a walk over everything.
    /// </summary>
    public ImmutableArray<ObjectVerdict> Verdicts => All.Value;
}
