using System.Collections.Frozen;
using EventGateway.Sources.Kubernetes.Kong;
using k8s;
using k8s.Models;

namespace EventGateway.Sources.Files;

/// <summary>What is known of kinds without asking a cluster.</summary>
internal static class ManifestKinds
{
    private static readonly FrozenDictionary<(string ApiVersion, string Kind), (Type Type, Func<string, object> Read)> Typed =
        new Dictionary<(string, string), (Type, Func<string, object>)>
        {
            [("networking.k8s.io/v1", "Ingress")] = (typeof(V1Ingress), text => KubernetesJson.Deserialize<V1Ingress>(text)),
            [("networking.k8s.io/v1", "IngressClass")] = (typeof(V1IngressClass), text => KubernetesJson.Deserialize<V1IngressClass>(text)),
            [("v1", "Service")] = (typeof(V1Service), text => KubernetesJson.Deserialize<V1Service>(text)),
            [("discovery.k8s.io/v1", "EndpointSlice")] = (typeof(V1EndpointSlice), text => KubernetesJson.Deserialize<V1EndpointSlice>(text)),
            [("v1", "Secret")] = (typeof(V1Secret), text => KubernetesJson.Deserialize<V1Secret>(text)),
            [("v1", "ConfigMap")] = (typeof(V1ConfigMap), text => KubernetesJson.Deserialize<V1ConfigMap>(text)),
            [(KongGroup.V1Beta1, KongUpstreamPolicy.KindName)] = (typeof(KongUpstreamPolicy), text => KubernetesJson.Deserialize<KongUpstreamPolicy>(text)),
            [(KongGroup.V1Beta1, TcpIngress.KindName)] = (typeof(TcpIngress), text => KubernetesJson.Deserialize<TcpIngress>(text)),
        }.ToFrozenDictionary();

    private static readonly FrozenSet<string> ClusterScoped = new[]
    {
        "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "StorageClass", "PriorityClass",
        "IngressClass", "GatewayClass", "KongClusterPlugin", "KongVault", "KongLicense", "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "APIService", "CSIDriver", "RuntimeClass",
        "CertificateSigningRequest", "ClusterIssuer",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>False: the kind is not translated, only its metadata is looked at.</summary>
    public static bool TryGet(string apiVersion, string kind, out (Type Type, Func<string, object> Read) typed) => Typed.TryGetValue((apiVersion, kind), out typed);

    public static bool IsClusterScoped(string kind) => ClusterScoped.Contains(kind);

    /// <summary>The group of an apiVersion; "" for the core group.</summary>
    public static string GroupOf(string apiVersion)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : apiVersion[..slash];
    }
}
