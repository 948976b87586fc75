using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Wants to know what becomes of the cluster's objects, with the objects: what writes back to them.</summary>
internal interface IVerdictObserver
{
    /// <summary>Called by the owner of the objects, in order, for each namespace about which something else is to be said. Must not wait.</summary>
    void Take(ImmutableArray<NamespaceVerdicts> judged);
}
