using k8s;
using k8s.Models;

namespace EventGateway.TestKit.Kubernetes.Kinds;

/// <summary>The kinds that are there on every server, as far as the gateway has to do with them.</summary>
public static class ResourceKinds
{
    public static readonly ResourceKind Namespaces = BuiltIn<V1Namespace>("", "Namespace", "namespaces", "ns") with
    {
        Namespaced = false, HasStatus = true, Names = NameRule.Label, SelectableFields = ["status.phase"],
    };

    public static readonly ResourceKind Services = BuiltIn<V1Service>("", "Service", "services", "svc") with
    {
        HasStatus = true, Names = NameRule.LetterLabel, SelectableFields = ["spec.clusterIP", "spec.type"],
    };

    public static readonly ResourceKind Secrets = BuiltIn<V1Secret>("", "Secret", "secrets") with { SelectableFields = ["type"] };
    public static readonly ResourceKind ConfigMaps = BuiltIn<V1ConfigMap>("", "ConfigMap", "configmaps", "cm");
    public static readonly ResourceKind ServiceAccounts = BuiltIn<V1ServiceAccount>("", "ServiceAccount", "serviceaccounts", "sa");

    public static readonly ResourceKind Events = BuiltIn<Corev1Event>("", "Event", "events", "ev") with
    {
        CreateOnUpdate = true,
        SelectableFields =
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "type",
        ],
    };

    public static readonly ResourceKind EventsV1 = BuiltIn<Eventsv1Event>("events.k8s.io", "Event", "events", "ev") with
    {
        CreateOnUpdate = true,
        ViewOf = Events,
        FromStored = EventViews.FromStored,
        ToStored = EventViews.ToStored,
        SelectableFields =
        [
            "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion", "regarding.resourceVersion",
            "regarding.fieldPath", "reason", "reportingController", "type",
        ],
    };

    public static readonly ResourceKind Ingresses = BuiltIn<V1Ingress>("networking.k8s.io", "Ingress", "ingresses", "ing") with { HasStatus = true, HasGeneration = true };

    public static readonly ResourceKind IngressClasses =
        BuiltIn<V1IngressClass>("networking.k8s.io", "IngressClass", "ingressclasses") with { Namespaced = false, HasGeneration = true };

    public static readonly ResourceKind EndpointSlices = BuiltIn<V1EndpointSlice>("discovery.k8s.io", "EndpointSlice", "endpointslices") with { HasGeneration = true };

    public static readonly ResourceKind Leases =
        BuiltIn<V1Lease>("coordination.k8s.io", "Lease", "leases") with { UnconditionalUpdate = false, CreateOnUpdate = true };

    public static readonly ResourceKind Roles = Access<V1Role>("Role", "roles");
    public static readonly ResourceKind RoleBindings = Access<V1RoleBinding>("RoleBinding", "rolebindings");
    public static readonly ResourceKind ClusterRoles = Access<V1ClusterRole>("ClusterRole", "clusterroles") with { Namespaced = false };
    public static readonly ResourceKind ClusterRoleBindings = Access<V1ClusterRoleBinding>("ClusterRoleBinding", "clusterrolebindings") with { Namespaced = false };

    public static readonly ResourceKind CustomResourceDefinitions =
        BuiltIn<V1CustomResourceDefinition>("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", "crd", "crds") with
        {
            Namespaced = false, HasStatus = true, HasGeneration = true, UnconditionalUpdate = false,
        };

    public static readonly IReadOnlyList<ResourceKind> All =
    [
        Namespaces, Services, Secrets, ConfigMaps, ServiceAccounts, Events, EventsV1, Ingresses, IngressClasses, EndpointSlices, Leases,
        Roles, RoleBindings, ClusterRoles, ClusterRoleBindings, CustomResourceDefinitions,
    ];

    private static ResourceKind Access<T>(string kind, string plural) =>
        BuiltIn<T>("rbac.authorization.k8s.io", kind, plural) with { Names = NameRule.PathSegment, CreateOnUpdate = true };

    private static ResourceKind BuiltIn<T>(string group, string kind, string plural, params string[] shortNames) => new()
    {
        Group = group,
        Version = "v1",
        Kind = kind,
        Plural = plural,
        ShortNames = shortNames,
        Shape = static json => KubernetesJson.Serialize(KubernetesJson.Deserialize<T>(json)),
    };
}
