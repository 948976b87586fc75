using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Kong;
using EventGateway.Sources.Kubernetes.Translation;
using k8s.Models;

namespace EventGateway.Sources.Tests;

/// <summary>Objects made without text.</summary>
internal static class KubernetesObjects
{
    public static PlacedObject Ingress(
        string @namespace, string name, string path, string host = "shop.test", string service = "cart", string? secret = null, string pathType = "Prefix",
        DateTime? created = null, Dictionary<string, string>? annotations = null, int port = 80) => Place("networking.k8s.io/v1", "networking.k8s.io", "Ingress", @namespace, name, created, annotations, null, meta => new V1Ingress
        {
            Metadata = meta,
            Spec = new V1IngressSpec
            {
                Tls = secret is null ? null : [new V1IngressTLS { Hosts = [host], SecretName = secret }],
                Rules =
                [
                    new V1IngressRule
                    {
                        Host = host,
                        Http = new V1HTTPIngressRuleValue
                        {
                            Paths =
                            [
                                new V1HTTPIngressPath
                                {
                                    Path = path,
                                    PathType = pathType,
                                    Backend = new V1IngressBackend { Service = new V1IngressServiceBackend { Name = service, Port = new V1ServiceBackendPort { Number = port } } },
                                },
                            ],
                        },
                    },
                ],
            },
        });

    public static PlacedObject Service(string @namespace, string name, int port = 80, string? externalName = null, Dictionary<string, string>? annotations = null) =>
        Place("v1", "", "Service", @namespace, name, null, annotations, null, meta => new V1Service
        {
            Metadata = meta,
            Spec = new V1ServiceSpec
            {
                Type = externalName is null ? "ClusterIP" : "ExternalName",
                ExternalName = externalName,
                Ports = [new V1ServicePort { Name = "http", Port = port }],
            },
        });

    public static PlacedObject Slice(string @namespace, string name, string service, string address) =>
        Place("discovery.k8s.io/v1", "discovery.k8s.io", "EndpointSlice", @namespace, name, null, null, new() { ["kubernetes.io/service-name"] = service }, meta => new V1EndpointSlice
        {
            Metadata = meta,
            AddressType = "IPv4",
            Ports = [new Discoveryv1EndpointPort { Name = "http", Port = 8080 }],
            Endpoints = [new V1Endpoint { Addresses = [address] }],
        });

    public static PlacedObject UpstreamPolicy(string @namespace, string name, string algorithm, int interval = 0) =>
        Place("configuration.konghq.com/v1beta1", "configuration.konghq.com", "KongUpstreamPolicy", @namespace, name, null, null, null, meta => new KongUpstreamPolicy
        {
            Metadata = meta,
            Spec = new KongUpstreamPolicySpec
            {
                Algorithm = algorithm,
                HashOn = new KongUpstreamHash { Input = "ip" },
                Healthchecks = new KongHealthchecks { Active = new KongActiveHealthcheck { Healthy = new KongHealthy { Interval = interval } } },
            },
        });

    public static PlacedObject TcpIngress(string @namespace, string name, int port, string? host, string service, string? secret, DateTime? created = null) =>
        Place("configuration.konghq.com/v1beta1", "configuration.konghq.com", "TCPIngress", @namespace, name, created, new() { ["kubernetes.io/ingress.class"] = "kong" }, null, meta => new TcpIngress
        {
            Metadata = meta,
            Spec = new TcpIngressSpec
            {
                Rules = [new TcpIngressRule { Port = port, Host = host, Backend = new TcpIngressBackend { ServiceName = service, ServicePort = 80 } }],
                Tls = secret is null ? null : [new V1IngressTLS { SecretName = secret, Hosts = host is null ? null : [host] }],
            },
        });

    public static PlacedObject CaSecret(string @namespace, string name, string certificate) =>
        Place("v1", "", "Secret", @namespace, name, null, null, null, meta => new V1Secret
        {
            Metadata = meta,
            Data = new Dictionary<string, byte[]> { ["ca.crt"] = System.Text.Encoding.UTF8.GetBytes(certificate.Length == 0 ? "none" : TestCertificates.Get(certificate).Chain) },
        });

    public static PlacedObject Secret(string @namespace, string name, string certificate, string? key = null) =>
        Place("v1", "", "Secret", @namespace, name, null, null, null, meta => new V1Secret
        {
            Metadata = meta,
            Type = "kubernetes.io/tls",
            Data = new Dictionary<string, byte[]>
            {
                ["tls.crt"] = System.Text.Encoding.UTF8.GetBytes(TestCertificates.Get(certificate).Chain),
                ["tls.key"] = System.Text.Encoding.UTF8.GetBytes(TestCertificates.Get(key ?? certificate).Key),
            },
        });

    public static PlacedObject IngressClass(string name, string controller, bool isDefault) =>
        Place("networking.k8s.io/v1", "networking.k8s.io", "IngressClass", "", name, null, isDefault ? new() { ["ingressclass.kubernetes.io/is-default-class"] = "true" } : null, null, meta => new V1IngressClass
        {
            Metadata = meta,
            Spec = new V1IngressClassSpec { Controller = controller },
        });

    private static PlacedObject Place(
        string apiVersion, string group, string kind, string @namespace, string name, DateTime? created, Dictionary<string, string>? annotations,
        Dictionary<string, string>? labels, Func<V1ObjectMeta, object> make)
    {
        var meta = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = @namespace.Length == 0 ? null : @namespace,
            CreationTimestamp = created,
            Annotations = annotations,
            Labels = labels,
        };
        return new PlacedObject(
            new SourceObject { Id = new ObjectId(group, kind, @namespace, name), ApiVersion = apiVersion, Metadata = meta, Typed = make(meta), Warnings = ImmutableArray<string>.Empty },
            new SourceLocation($"{@namespace}.yaml", 1));
    }
}
