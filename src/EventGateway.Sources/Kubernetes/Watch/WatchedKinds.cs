using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Kong;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Everything that is ever watched: what a watcher asks for in its Role.</summary>
internal static class WatchedKinds
{
    public static readonly WatchedKind Namespace = new("v1", "Namespace", "namespaces", typeof(V1Namespace)) { IsClusterScoped = true };
    public static readonly WatchedKind IngressClass = new("networking.k8s.io/v1", "IngressClass", "ingressclasses", typeof(V1IngressClass)) { IsClusterScoped = true };
    public static readonly WatchedKind Ingress = new("networking.k8s.io/v1", "Ingress", "ingresses", typeof(V1Ingress));
    public static readonly WatchedKind Service = new("v1", "Service", "services", typeof(V1Service));
    public static readonly WatchedKind EndpointSlice = new("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", typeof(V1EndpointSlice));
    public static readonly WatchedKind Secret = new("v1", "Secret", "secrets", typeof(V1Secret)) { IsLarge = true };
    public static readonly WatchedKind ConfigMap = new("v1", "ConfigMap", "configmaps", typeof(V1ConfigMap)) { IsLarge = true };
    public static readonly WatchedKind UpstreamPolicy = new(KongGroup.V1Beta1, KongUpstreamPolicy.KindName, "kongupstreampolicies", typeof(KongUpstreamPolicy)) { IsCustom = true };
    public static readonly WatchedKind TcpIngress = new(KongGroup.V1Beta1, Kong.TcpIngress.KindName, "tcpingresses", typeof(TcpIngress)) { IsCustom = true };

    /// <summary>Without a list of each of these nothing is known of a namespace.</summary>
    public static readonly ImmutableArray<WatchedKind> Required = [Ingress, Service, EndpointSlice];

    /// <summary>Namespaces go without them, where the cluster has none or a Role does not name them.</summary>
    public static readonly ImmutableArray<WatchedKind> Optional = [UpstreamPolicy, TcpIngress];

    /// <summary>The kinds whose objects name Secrets and ConfigMaps.</summary>
    public static readonly ImmutableArray<WatchedKind> Referring = [Ingress, Service, TcpIngress];
}
