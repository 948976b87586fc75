using k8s.Models;

namespace EventGateway.TestKit.Kubernetes;

/// <summary>Definitions of the custom resources of Kong's that the gateway reads: names and versions as they are everywhere, any content.</summary>
public static class KongKinds
{
    private const string Group = "configuration.konghq.com";
    private const string Version = "v1beta1";

    public static IEnumerable<V1CustomResourceDefinition> Definitions() =>
    [
        Define(Group, Version, "TCPIngress", "tcpingresses"),
        Define(Group, Version, "KongUpstreamPolicy", "kongupstreampolicies"),
    ];

    /// <summary>A namespaced kind with a status of its own and no schema.</summary>
    public static V1CustomResourceDefinition Define(string group, string version, string kind, string plural) => new()
    {
        ApiVersion = "apiextensions.k8s.io/v1",
        Kind = "CustomResourceDefinition",
        Metadata = new V1ObjectMeta { Name = $"{plural}.{group}" },
        Spec = new V1CustomResourceDefinitionSpec
        {
            Group = group,
            Scope = "Namespaced",
            Names = new V1CustomResourceDefinitionNames { Kind = kind, Plural = plural, Singular = kind.ToLowerInvariant(), ListKind = $"{kind}List" },
            Versions =
            [
                new V1CustomResourceDefinitionVersion
                {
                    Name = version,
                    Served = true,
                    Storage = true,
                    Subresources = new V1CustomResourceSubresources { Status = new object() },
                    Schema = new V1CustomResourceValidation { OpenAPIV3Schema = new V1JSONSchemaProps { Type = "object", XKubernetesPreserveUnknownFields = true } },
                },
            ],
        },
    };
}
