using System.Collections.Immutable;
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
    private readonly Dictionary<string, ServiceInfo> _services;
    private readonly List<string> _reasons = [];
    private readonly List<string> _warnings = [];
    private readonly List<DesiredEntity> _routes = [];
    private readonly List<RouteClaim> _claims = [];
    private readonly Dictionary<string, ServiceInfo?> _serviceUses = new(StringComparer.Ordinal);
    private readonly HashSet<BackendUse> _backendUses = [];
    private IngressSettings _settings = new();

    private IngressTranslator(SourceObject item, V1Ingress ingress, IngressClassTable classes, Dictionary<string, ServiceInfo> services)
    {
        _item = item;
        _ingress = ingress;
        _classes = classes;
        _services = services;
    }

    private string Namespace => _item.Id.Namespace;

    public static IngressUnit Translate(SourceObject item, V1Ingress ingress, IngressClassTable classes, Dictionary<string, ServiceInfo> services) =>
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
        if (annotations.Reasons.Count > 0)
        {
            return new IngressUnit(_item, _classes) { Draft = VerdictDraft.From(annotations.Reasons, annotations.Warnings) };
        }

        _warnings.AddRange(annotations.Warnings);
        var spec = _ingress.Spec ?? new V1IngressSpec();
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
            _reasons.Add("spec: there are neither rules nor a defaultBackend; give it at least one rule with a path");
        }

        return new IngressUnit(_item, _classes)
        {
            Entities = [.. _routes],
            Services = [.. _serviceUses.Select(u => new ServiceUse(u.Key, u.Value))],
            Backends = [.. _backendUses],
            Claims = [.. _claims],
            Tls = ReadTls(spec.Tls),
            Draft = VerdictDraft.From(_reasons, _warnings),
        };
    }

    private void AddRule(int ruleIndex, V1IngressRule rule)
    {
        var field = $"spec.rules[{ruleIndex}]";
        HostMatch? host = null;
        if (!string.IsNullOrEmpty(rule.Host) && !IngressHost.TryRead(rule.Host, out host, out var hostProblem))
        {
            _reasons.Add($"{field}.host: {hostProblem}; this rule is not served, the Ingress' other rules are");
            return;
        }

        var paths = rule.Http?.Paths ?? [];
        if (paths.Count == 0)
        {
            _warnings.Add($"{field}: it has no paths; nothing is served by it");
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
            _reasons.Add($"{field}.{pathProblem}; {NotServed}");
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
            _reasons.AddRange(problems.Select(p => $"{field}{(p.Field.EndsWith(".path", StringComparison.Ordinal) ? ".path" : "")}: {p.Message}; {NotServed}"));
            return;
        }

        if (FindBackend(backendField, backend) is { } use)
        {
            _backendUses.Add(use);
            route = route with { Backends = [new WeightedBackend(EntityKey.Backend(Namespace, use.Service, use.Port.KeyPart), 1)] };
        }

        _routes.Add(new DesiredEntity(route, _item.Provenance));
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
        if (backend?.Service is not { } reference || string.IsNullOrEmpty(reference.Name))
        {
            _reasons.Add(backend?.Resource is { } resource
                ? $"{field}.resource: kind {resource.Kind} is not supported yet; use {field}.service. Until then {Unavailable}"
                : $"{field}.service: it is missing; name a Service and its port. Until then {Unavailable}");
            return null;
        }

        var service = _services.GetValueOrDefault(reference.Name);
        _serviceUses[reference.Name] = service;
        if (service is null)
        {
            _reasons.Add($"{field}.service.name: Service {Namespace}/{reference.Name} does not exist; create it or name another. Until then {Unavailable}");
            return null;
        }

        if (!service.Reasons.IsEmpty)
        {
            _warnings.Add($"{field}.service.name: Service {Namespace}/{reference.Name} is refused, see there; {Unavailable}");
            return null;
        }

        if (service.FindPort(reference.Port, out var portProblem) is { } port)
        {
            return new BackendUse(reference.Name, port);
        }

        _reasons.Add($"{field}.service.port: {portProblem}. Until then {Unavailable}");
        return null;
    }

    private ImmutableArray<TlsUse> ReadTls(IList<V1IngressTLS>? entries)
    {
        var uses = ImmutableArray.CreateBuilder<TlsUse>();
        for (var i = 0; i < (entries?.Count ?? 0); i++)
        {
            var field = $"spec.tls[{i}]";
            if (string.IsNullOrEmpty(entries![i].SecretName))
            {
                _warnings.Add($"{field}.secretName: it is missing; these hosts get no certificate of their own");
                continue;
            }

            var hosts = ImmutableArray.CreateBuilder<string>();
            var names = entries[i].Hosts ?? [];
            for (var h = 0; h < names.Count; h++)
            {
                if (IngressHost.TryRead(names[h] ?? "", out var host, out var problem))
                {
                    hosts.Add(host.ToString());
                }
                else
                {
                    _reasons.Add($"{field}.hosts[{h}]: {problem}; the certificate is not served for it");
                }
            }

            // With hosts given but none of them sound, the certificate's own names are not what the author asked for.
            if (hosts.Count > 0 || names.Count == 0)
            {
                uses.Add(new TlsUse(entries[i].SecretName, field, hosts.ToImmutable()));
            }
        }

        return uses.ToImmutable();
    }
}
