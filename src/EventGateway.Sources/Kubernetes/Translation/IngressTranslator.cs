using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Translates one Ingress; made for one use.</summary>
internal sealed class IngressTranslator
{
    private const string NotServed = "this path is not served, the Ingress' other paths are";
    private const string Unavailable = "requests for it get 503";

    private readonly SourceObject _item;
    private readonly V1Ingress _ingress;
    private readonly IngressClassTable _classes;
    private readonly IngressReferences _references;
    private readonly List<DesiredEntity> _routes = [];
    private readonly List<RouteClaim> _claims = [];
    private IngressSettings _settings = new();
    private ClientCaUse? _clients;

    private IngressTranslator(SourceObject item, V1Ingress ingress, IngressClassTable classes, Dictionary<string, ServiceUpstream> services)
    {
        _item = item;
        _ingress = ingress;
        _classes = classes;
        _references = new IngressReferences(item.Id.Namespace, services, Unavailable);
    }

    private string Namespace => _item.Id.Namespace;

    public static IngressUnit Translate(SourceObject item, V1Ingress ingress, IngressClassTable classes, Dictionary<string, ServiceUpstream> services) =>
        new IngressTranslator(item, ingress, classes, services).Run();

    private IngressUnit Run()
    {
        var className = string.IsNullOrEmpty(_ingress.Spec?.IngressClassName)
            ? _item.Annotation(IngressClassTable.LegacyAnnotation)
            : _ingress.Spec.IngressClassName;
        if (_classes.WhyNotOurs(className) is { } whyNot)
        {
            return new IngressUnit(_item, _classes) { Draft = VerdictDraft.Skipped(whyNot) };
        }

        var annotations = new AnnotationSet(_item.Annotations);
        _settings = IngressSettings.Read(annotations);
        var spec = _ingress.Spec ?? new V1IngressSpec();
        ReadClients(annotations, spec);
        if (annotations.Reasons.Count > 0)
        {
            // What the author closed stays closed for other Ingresses of these hosts.
            return new IngressUnit(_item, _classes) { ClientCa = _clients, Draft = VerdictDraft.From(annotations.Reasons, annotations.Warnings) };
        }

        _references.Warnings.AddRange(annotations.Warnings);
        for (var i = 0; i < (spec.Rules?.Count ?? 0); i++)
        {
            AddRule(i, spec.Rules![i]);
        }

        if (spec.DefaultBackend is not null)
        {
            AddDefaultBackend(spec.DefaultBackend);
        }

        if (spec.DefaultBackend is null && (spec.Rules?.Count ?? 0) == 0)
        {
            _references.Reasons.Add("spec: there are neither rules nor a defaultBackend; give it at least one rule with a path");
        }

        var tls = _references.ReadTls(spec.Tls);
        return new IngressUnit(_item, _classes)
        {
            Entities = [.. _routes],
            Services = _references.Services,
            Backends = _references.Backends,
            Claims = [.. _claims],
            Tls = tls,
            ClientCa = _clients,
            Draft = VerdictDraft.From(_references.Reasons, _references.Warnings),
        };
    }

    private void ReadClients(AnnotationSet annotations, V1IngressSpec spec)
    {
        if (ClientCaUse.Read(annotations) is not { } clients)
        {
            return;
        }

        var hosts = new SortedDictionary<string, HostMatch>(StringComparer.Ordinal);
        foreach (var text in (spec.Rules ?? []).Select(r => r.Host).Concat((spec.Tls ?? []).SelectMany(t => t.Hosts ?? [])))
        {
            if (IngressHost.TryRead(text ?? "", out var host, out _))
            {
                hosts[host.ToString()] = host;
            }
        }

        _clients = clients with { Hosts = [.. hosts.Values] };
        _references.Reasons.AddRange(annotations.Shortfalls);
        if (clients.Mode == ClientCertificateMode.Required && _settings.Protocols.HasFlag(RouteProtocols.Http))
        {
            _settings = _settings with { Protocols = RouteProtocols.Https };
            if (annotations.Find("konghq.com/protocols") is not null)
            {
                _references.Warnings.Add("metadata.annotations[konghq.com/protocols]: plain http goes around clients' certificates, so these routes are served by https only");
            }
        }
    }

    private void AddRule(int ruleIndex, V1IngressRule rule)
    {
        var field = $"spec.rules[{ruleIndex}]";
        HostMatch? host = null;
        if (!string.IsNullOrEmpty(rule.Host) && !IngressHost.TryRead(rule.Host, out host, out var hostProblem))
        {
            _references.Reasons.Add($"{field}.host: {hostProblem}; this rule is not served, the Ingress' other rules are");
            return;
        }

        var paths = rule.Http?.Paths ?? [];
        if (paths.Count == 0)
        {
            _references.Warnings.Add($"{field}: it has no paths; nothing is served by it");
        }

        for (var i = 0; i < paths.Count; i++)
        {
            AddPath($"{field}.http.paths[{i}]", $"{ruleIndex}.{i}", host, paths[i]);
        }
    }

    private void AddPath(string field, string rulePart, HostMatch? host, V1HTTPIngressPath path)
    {
        if (IngressPath.Read(path.PathType, path.Path, out var pathProblem) is not { } match)
        {
            _references.Reasons.Add($"{field}.{pathProblem}; {NotServed}");
            return;
        }

        var condition = new RouteMatch(match) { Methods = _settings.Methods, Headers = _settings.Headers };
        condition = condition with { Priority = RoutePriority.Of(condition, _settings.RegexPriority) };
        AddRoute(field, $"{field}.backend", rulePart, host, condition, path.Backend);
    }

    private void AddDefaultBackend(V1IngressBackend backend)
    {
        var condition = new RouteMatch(new PathMatch(PathMatchType.Prefix, "/"))
        {
            Methods = _settings.Methods,
            Headers = _settings.Headers,
            Priority = RoutePriority.DefaultBackend,
        };
        AddRoute("spec.defaultBackend", "spec.defaultBackend", "default", null, condition, backend);
    }

    private void AddRoute(string field, string backendField, string rulePart, HostMatch? host, RouteMatch condition, V1IngressBackend? backend)
    {
        var route = new Route(EntityKey.Route(Namespace, _item.Id.Name, rulePart))
        {
            Hosts = host is null ? [] : [host],
            Matches = [condition],
            Protocols = _settings.Protocols,
            HttpsRedirectStatus = _settings.HttpsRedirectStatus,
            StripPath = _settings.StripPath,
            PreserveHost = _settings.PreserveHost,
            CreatedAt = _item.CreatedAt,
            Source = _item.Id.ToString(),
        };
        var problems = route.Validate().ToList();
        if (problems.Count > 0)
        {
            _references.Reasons.AddRange(problems.Select(p => $"{field}{(p.Field.EndsWith(".path", StringComparison.Ordinal) ? ".path" : "")}: {p.Message}; {NotServed}"));
            return;
        }

        if (host is null && _clients is { Mode: ClientCertificateMode.Required })
        {
            _references.Reasons.Add($"{field}: it has no host, and clients are asked for a certificate by host only; give it one. Until then {Unavailable}");
        }
        else if (FindBackend(backendField, backend) is { } use)
        {
            route = route with { Backends = [new WeightedBackend(EntityKey.Backend(Namespace, use.Service, use.Port.KeyPart), 1)] };
        }

        _routes.Add(new DesiredEntity(route, _item.Provenance) { IsTentative = _references.IsTentative });
        var what = new ClaimKey(host?.ToString() ?? "", condition.Path.Type, condition.Path.Value);
        _claims.Add(new RouteClaim(what, _item.Id, field, Conditions(condition), route.Key, condition.Priority, route.CreatedAt));
    }

    private string Conditions(RouteMatch condition)
    {
        var headers = condition.Headers.Select(h => $"{h.Name.ToLowerInvariant()}={string.Join(',', h.Values)}");
        return $"{_settings.Protocols} {string.Join(' ', condition.Methods.Concat(headers))}";
    }

    private BackendUse? FindBackend(string field, V1IngressBackend? backend)
    {
        if (backend?.Service is { } reference && !string.IsNullOrEmpty(reference.Name))
        {
            return _references.Find($"{field}.service.name", $"{field}.service.port", reference.Name, reference.Port);
        }

        _references.Reasons.Add(backend?.Resource is { } resource
            ? $"{field}.resource: kind {resource.Kind} is not supported yet; use {field}.service. Until then {Unavailable}"
            : $"{field}.service: it is missing; name a Service and its port. Until then {Unavailable}");
        return null;
    }
}
