using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Kubernetes.Kong;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// Translates one TCPIngress; made for one use. A rule with a host is found by the server name of TLS, which the gateway ends; one without by its
/// port alone. <c>konghq.com/protocols</c> says it otherwise for all rules.
/// </summary>
internal sealed class TcpIngressTranslator
{
    private const string ProtocolsAnnotation = "konghq.com/protocols";
    private const string NotServed = "this rule is not served, the TCPIngress' other rules are";
    private const string Unavailable = "connections for it are closed";

    private readonly SourceObject _item;
    private readonly TcpIngress _ingress;
    private readonly IngressClassTable _classes;
    private readonly IngressReferences _references;
    private readonly List<DesiredEntity> _routes = [];
    private readonly List<RouteClaim> _claims = [];

    private TcpIngressTranslator(SourceObject item, IngressClassTable classes, Dictionary<string, ServiceUpstream> services)
    {
        _item = item;
        _ingress = (TcpIngress)item.Typed!;
        _classes = classes;
        _references = new IngressReferences(item.Id.Namespace, services, Unavailable);
    }

    public static IngressUnit Translate(SourceObject item, IngressClassTable classes, Dictionary<string, ServiceUpstream> services) =>
        new TcpIngressTranslator(item, classes, services).Run();

    private IngressUnit Run()
    {
        if (_classes.WhyNotOurs(_item.Annotation(IngressClassTable.LegacyAnnotation), $"the annotation {IngressClassTable.LegacyAnnotation}") is { } whyNot)
        {
            return new IngressUnit(_item, _classes) { Draft = VerdictDraft.Skipped(whyNot) };
        }

        var annotations = new AnnotationSet(_item.Annotations);
        var protocols = ReadProtocols(annotations);
        ReportUnsupported(annotations);
        _references.Warnings.AddRange(annotations.Warnings);
        if (annotations.Reasons.Count > 0)
        {
            return new IngressUnit(_item, _classes) { Draft = VerdictDraft.From(annotations.Reasons, annotations.Warnings) };
        }

        var tls = _references.ReadTls(_ingress.Spec?.Tls);
        var rules = _ingress.Spec?.Rules ?? [];
        for (var i = 0; i < rules.Count; i++)
        {
            AddRule(i, rules[i], protocols, tls);
        }

        if (rules.Count == 0)
        {
            _references.Reasons.Add("spec.rules: there are none; give it at least one with a port and a backend");
        }

        return new IngressUnit(_item, _classes)
        {
            Entities = [.. _routes],
            Services = _references.Services,
            Backends = _references.Backends,
            Claims = [.. _claims],
            Tls = tls,
            Draft = VerdictDraft.From(_references.Reasons, _references.Warnings),
        };
    }

    private void AddRule(int index, TcpIngressRule rule, RouteProtocols? given, IReadOnlyList<TlsUse> tls)
    {
        var field = $"spec.rules[{index}]";
        HostMatch? host = null;
        if (!string.IsNullOrEmpty(rule.Host) && !IngressHost.TryRead(rule.Host, out host, out var hostProblem))
        {
            _references.Reasons.Add($"{field}.host: {hostProblem}; {NotServed}");
            return;
        }

        if (rule.Port is not (>= 1 and <= 65535))
        {
            _references.Reasons.Add($"{field}.port: {(rule.Port is { } number ? $"{number} is not a port" : "it is missing")}; use 1 to 65535. Until then {NotServed}");
            return;
        }

        var protocol = given ?? (host is null ? RouteProtocols.Tcp : RouteProtocols.Tls);
        if (protocol == RouteProtocols.Tcp && host is not null)
        {
            _references.Reasons.Add($"{field}.host: plain tcp names no server; remove the host, or set {ProtocolsAnnotation} to tls or tls_passthrough. Until then {NotServed}");
            return;
        }

        if (protocol == RouteProtocols.Tls && !tls.Any(t => host is null || t.Hosts.IsEmpty || t.Hosts.Any(h => Covers(h, host))))
        {
            _references.Warnings.Add($"{field}: spec.tls names no certificate for {(host is null ? "it" : $"'{host}'")}; the gateway's own is shown unless another object brings one");
        }

        AddRoute(field, index, host, rule.Port.Value, protocol, rule.Backend);
    }

    private void AddRoute(string field, int index, HostMatch? host, int port, RouteProtocols protocol, TcpIngressBackend? backend)
    {
        var route = new Route(EntityKey.Route(_item.Id.Namespace, _item.Id.Name, $"{index}"))
        {
            Hosts = host is null ? [] : [host],
            Ports = [port],
            Protocols = protocol,
            CreatedAt = _item.CreatedAt,
            Source = _item.Id.ToString(),
        };
        if (string.IsNullOrEmpty(backend?.ServiceName))
        {
            _references.Reasons.Add($"{field}.backend.serviceName: it is missing; name a Service and its port. Until then {Unavailable}");
        }
        else if (_references.Find($"{field}.backend.serviceName", $"{field}.backend.servicePort", backend.ServiceName, new V1ServiceBackendPort { Number = backend.ServicePort }) is { } use)
        {
            route = route with { Backends = [new WeightedBackend(EntityKey.Backend(_item.Id.Namespace, use.Service, use.Port.KeyPart), 1)] };
        }

        _routes.Add(new DesiredEntity(route, _item.Provenance) { IsTentative = _references.IsTentative });
        _claims.Add(new RouteClaim(ClaimKey.OfPort(port, host?.ToString() ?? ""), _item.Id, field, "", route.Key, 0, route.CreatedAt));
    }

    private static bool Covers(string pattern, HostMatch host) => pattern == host.ToString()
        || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.Type == HostMatchType.Exact
            && host.Name.EndsWith(pattern[1..], StringComparison.Ordinal) && !host.Name[..^(pattern.Length - 1)].Contains('.'));

    /// <summary>Null: each rule by itself.</summary>
    private static RouteProtocols? ReadProtocols(AnnotationSet annotations)
    {
        if (annotations.ReadList(ProtocolsAnnotation) is not { Count: > 0 } names)
        {
            return null;
        }

        // Kong's own pair for a TCPIngress: with a host it means tls, without one tcp.
        var set = names.Select(n => n.ToLowerInvariant()).ToHashSet();
        if (set.SetEquals(["tcp", "tls"]))
        {
            return null;
        }

        if (set.Count == 1)
        {
            switch (set.Single())
            {
                case "tcp": return RouteProtocols.Tcp;
                case "tls": return RouteProtocols.Tls;
                case "tls_passthrough": return RouteProtocols.TlsPassthrough;
            }
        }

        annotations.Reasons.Add(AnnotationSet.Fault(ProtocolsAnnotation, string.Join(',', names), "use one of tcp, tls and tls_passthrough"));
        return null;
    }

    private static void ReportUnsupported(AnnotationSet annotations)
    {
        foreach (var name in annotations.KongNames.Where(n => n is not (ProtocolsAnnotation or "konghq.com/tags")))
        {
            annotations.Warnings.Add(name == "konghq.com/plugins"
                ? $"metadata.annotations[{name}]: plugins are not supported yet; if '{annotations.Find(name)}' authenticates or limits, these connections are served WITHOUT it"
                : $"metadata.annotations[{name}]: no such annotation is known for a TCPIngress; it has no effect");
        }
    }
}
