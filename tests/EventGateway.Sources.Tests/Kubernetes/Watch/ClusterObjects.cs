using EventGateway.TestKit.Kubernetes;
using k8s;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Watch;

/// <summary>Makes objects in a cluster.</summary>
internal static class ClusterObjects
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task CreateIngressAsync(this KubernetesCluster cluster, string ns, string name, string path = "/", string host = "a.test", string service = "web", string? secret = null, string ingressClass = "kong", Dictionary<string, string>? annotations = null) =>
        await cluster.Admin.NetworkingV1.CreateNamespacedIngressAsync(Ingress(name, path, host, service, secret, ingressClass, annotations), ns, cancellationToken: Cancelled);

    public static V1Ingress Ingress(string name, string path, string host, string service, string? secret, string ingressClass, Dictionary<string, string>? annotations) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Annotations = annotations },
        Spec = new V1IngressSpec
        {
            IngressClassName = ingressClass,
            Tls = secret is null ? null : [new V1IngressTLS { Hosts = [host], SecretName = secret }],
            Rules =
            [
                new V1IngressRule
                {
                    Host = host,
                    Http = new V1HTTPIngressRuleValue
                    {
                        Paths = [new V1HTTPIngressPath { Path = path, PathType = "Prefix", Backend = new V1IngressBackend { Service = new V1IngressServiceBackend { Name = service, Port = new V1ServiceBackendPort { Number = 80 } } } }],
                    },
                },
            ],
        },
    };

    public static async Task CreateServiceAsync(this KubernetesCluster cluster, string ns, string name = "web", Dictionary<string, string>? annotations = null) =>
        await cluster.Admin.CoreV1.CreateNamespacedServiceAsync(
            new V1Service { Metadata = new V1ObjectMeta { Name = name, Annotations = annotations }, Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Name = "http", Port = 80, TargetPort = 8080 }] } }, ns, cancellationToken: Cancelled);

    public static async Task CreateSliceAsync(this KubernetesCluster cluster, string ns, string name = "web-1", string service = "web", string address = "10.0.0.1") =>
        await cluster.Admin.DiscoveryV1.CreateNamespacedEndpointSliceAsync(
            new V1EndpointSlice
            {
                Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = service } },
                AddressType = "IPv4",
                Ports = [new Discoveryv1EndpointPort { Name = "http", Port = 8080, Protocol = "TCP" }],
                Endpoints = [new V1Endpoint { Addresses = [address], Conditions = new V1EndpointConditions { Ready = true } }],
            },
            ns, cancellationToken: Cancelled);

    public static async Task CreateTlsSecretAsync(this KubernetesCluster cluster, string ns, string name) =>
        await cluster.Admin.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = name },
                Type = "kubernetes.io/tls",
                Data = new Dictionary<string, byte[]>
                {
                    ["tls.crt"] = System.Text.Encoding.UTF8.GetBytes(TestCertificates.Get("shop").Chain),
                    ["tls.key"] = System.Text.Encoding.UTF8.GetBytes(TestCertificates.Get("shop").Key),
                },
            },
            ns, cancellationToken: Cancelled);

    /// <summary>A whole application: Ingress, Service, EndpointSlice.</summary>
    public static async Task CreateApplicationAsync(this KubernetesCluster cluster, string ns, string name = "web")
    {
        await cluster.CreateServiceAsync(ns, name);
        await cluster.CreateSliceAsync(ns, $"{name}-1", name);
        await cluster.CreateIngressAsync(ns, name, $"/{name}", service: name);
    }

    /// <summary>Lets a user do things in a namespace, by a Role alone.</summary>
    public static async Task AllowAsync(this KubernetesCluster cluster, string ns, ClusterUser user, params V1PolicyRule[] rules)
    {
        var name = $"role-{Guid.NewGuid():n}";
        await cluster.Admin.RbacAuthorizationV1.CreateNamespacedRoleAsync(new V1Role { Metadata = new V1ObjectMeta { Name = name }, Rules = rules }, ns, cancellationToken: Cancelled);
        var parts = user.Name.Split(':');
        await cluster.Admin.RbacAuthorizationV1.CreateNamespacedRoleBindingAsync(
            new V1RoleBinding
            {
                Metadata = new V1ObjectMeta { Name = name },
                RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = name },
                Subjects = [new Rbacv1Subject { Kind = "ServiceAccount", NamespaceProperty = parts[2], Name = parts[3] }],
            },
            ns, cancellationToken: Cancelled);
    }

    public static V1PolicyRule Read(string group, params string[] resources) => new() { ApiGroups = [group], Resources = resources, Verbs = ["get", "list", "watch"] };

    /// <summary>What a watcher needs in a namespace, Secrets apart.</summary>
    public static V1PolicyRule[] Usual => [Read("networking.k8s.io", "ingresses"), Read("", "services"), Read("discovery.k8s.io", "endpointslices")];
}
