using EventGateway.Sources.Kubernetes.Kong;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>All other kinds: none has an effect, and those whose author expects one are told so.</summary>
internal static class OtherKindsStep
{
    private const string KongIncubatorGroup = "incubator.ingress-controller.konghq.com";

    public static void Run(NamespacePass pass, TranslationOptions options)
    {
        foreach (var place in pass.Others)
        {
            var item = pass[place];
            pass.Judge(place, item.Typed is V1IngressClass ingressClass ? IngressClassStep.Judge(ingressClass, options) : Judge(item, pass.Classes));
        }
    }

    private static VerdictDraft Judge(SourceObject item, IngressClassTable classes)
    {
        var (group, kind, _, _) = item.Id;
        if (WhatIsLost(group, kind) is { } lost)
        {
            return item.Annotation(IngressClassTable.LegacyAnnotation) is { } className && classes.WhyNotOurs(className) is { } whyNot
                ? VerdictDraft.Skipped(whyNot)
                : VerdictDraft.Refused($"kind {kind} ({item.ApiVersion}) is not supported yet; {lost}");
        }

        return (group, kind) switch
        {
            ("networking.k8s.io" or "extensions", "Ingress") => VerdictDraft.Refused($"kind Ingress in version {item.ApiVersion} is not read; write it as networking.k8s.io/v1"),
            ("networking.k8s.io", "IngressClass") => VerdictDraft.Refused($"kind IngressClass in version {item.ApiVersion} is not read; write it as networking.k8s.io/v1"),
            ("discovery.k8s.io", "EndpointSlice") => VerdictDraft.Refused($"kind EndpointSlice in version {item.ApiVersion} is not read; write it as discovery.k8s.io/v1"),
            (KongGroup.Name, KongUpstreamPolicy.KindName or TcpIngress.KindName) =>
                VerdictDraft.Refused($"kind {kind} in version {item.ApiVersion} is not read; write it as {KongGroup.V1Beta1}"),
            ("", "Endpoints") => VerdictDraft.Skipped("kind Endpoints is not read; write an EndpointSlice"),
            _ => VerdictDraft.Skipped($"kind {kind} holds no configuration of the gateway"),
        };
    }

    /// <summary>Null: nobody expects the kind to have an effect here.</summary>
    private static string? WhatIsLost(string group, string kind) => (group, kind) switch
    {
        ("gateway.networking.k8s.io", "HTTPRoute" or "GRPCRoute") => "its routes have no effect; write an Ingress",
        ("gateway.networking.k8s.io", "TCPRoute" or "UDPRoute" or "TLSRoute") => "its routes have no effect; write a TCPIngress for tcp and tls; udp is not served",
        ("gateway.networking.k8s.io", "Gateway") => "its listeners have no effect; the ports are set at the proxy",
        ("gateway.networking.k8s.io", _) => "it has no effect; write Ingresses instead of Gateway API objects",
        (KongGroup.Name, "KongPlugin" or "KongClusterPlugin") => "its plugin does not run; what it protects or limits is served WITHOUT it",
        (KongGroup.Name, "KongConsumer" or "KongConsumerGroup") => "its consumers and credentials have no effect",
        (KongGroup.Name, KongUpstreamPolicy.KindName or TcpIngress.KindName) => null,
        (KongGroup.Name, "KongIngress") => "its overrides have no effect; use konghq.com annotations on the Ingress and the Service",
        (KongGroup.Name, "UDPIngress") => "its routes have no effect; http, https, tcp and tls are served, udp is not",
        (KongGroup.Name, _) => "it has no effect; remove it, or keep it for Kong alone by another ingress class",
        (KongIncubatorGroup, "KongServiceFacade") => "routes that name it get 503; name the Service itself",
        (KongIncubatorGroup, _) => "it has no effect",
        _ => null,
    };
}
