using System.Collections.Immutable;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Follows what an Ingress or a TCPIngress names, and gathers what is wrong with it; made for one object.</summary>
/// <param name="unavailable">What becomes of clients when there is no backend, for messages.</param>
internal sealed class IngressReferences(string @namespace, Dictionary<string, ServiceUpstream> services, string unavailable)
{
    private readonly Dictionary<string, ServiceInfo?> _services = new(StringComparer.Ordinal);
    private readonly HashSet<BackendUse> _backends = [];

    /// <summary>Whether a Service found so far cannot be used only because something it names could not be read.</summary>
    public bool IsTentative { get; private set; }

    public List<string> Reasons { get; } = [];

    public List<string> Warnings { get; } = [];

    public ImmutableArray<ServiceUse> Services => [.. _services.Select(u => new ServiceUse(u.Key, u.Value))];

    public ImmutableArray<BackendUse> Backends => [.. _backends];

    /// <summary>Null, with a reason or a warning: requests cannot go there.</summary>
    /// <param name="nameField">Where the Service is named, for messages.</param>
    public BackendUse? Find(string nameField, string portField, string name, V1ServiceBackendPort? port)
    {
        var service = services.GetValueOrDefault(name)?.Service;
        _services[name] = service;
        IsTentative |= service is { IsTentative: true };
        if (service is null)
        {
            Reasons.Add($"{nameField}: Service {@namespace}/{name} does not exist; create it or name another. Until then {unavailable}");
            return null;
        }

        if (!service.Reasons.IsEmpty)
        {
            Warnings.Add($"{nameField}: Service {@namespace}/{name} is refused, see there; {unavailable}");
            return null;
        }

        if (service.FindPort(port, out var portProblem) is { } choice)
        {
            var use = new BackendUse(name, choice);
            _backends.Add(use);
            return use;
        }

        Reasons.Add($"{portField}: {portProblem}. Until then {unavailable}");
        return null;
    }

    public ImmutableArray<TlsUse> ReadTls(IList<V1IngressTLS>? entries)
    {
        var uses = ImmutableArray.CreateBuilder<TlsUse>();
        for (var i = 0; i < (entries?.Count ?? 0); i++)
        {
            var field = $"spec.tls[{i}]";
            if (string.IsNullOrEmpty(entries![i].SecretName))
            {
                Warnings.Add($"{field}.secretName: it is missing; these hosts get no certificate of their own");
                continue;
            }

            var names = entries[i].Hosts ?? [];
            var hosts = ReadHosts(field, names);

            // With hosts given but none of them sound, the certificate's own names are not what the author asked for.
            if (hosts.Length > 0 || names.Count == 0)
            {
                uses.Add(new TlsUse(entries[i].SecretName, field, hosts));
            }
        }

        return uses.ToImmutable();
    }

    private ImmutableArray<string> ReadHosts(string field, IList<string> names)
    {
        var hosts = ImmutableArray.CreateBuilder<string>();
        for (var h = 0; h < names.Count; h++)
        {
            if (IngressHost.TryRead(names[h] ?? "", out var host, out var problem))
            {
                hosts.Add(host.ToString());
            }
            else
            {
                Reasons.Add($"{field}.hosts[{h}]: {problem}; the certificate is not served for it");
            }
        }

        return hosts.ToImmutable();
    }
}
