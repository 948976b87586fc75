using System.Collections.Immutable;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Service: reads each once, and judges it when it is known who needs it.</summary>
internal sealed class ServiceStep
{
    private Dictionary<string, ServiceInfo> _services = new(StringComparer.Ordinal);

    public Dictionary<string, ServiceInfo> Read(NamespacePass pass)
    {
        var services = new Dictionary<string, ServiceInfo>(pass.Services.Count, StringComparer.Ordinal);
        foreach (var (name, place) in pass.Services)
        {
            var item = pass[place];
            services.Add(name, _services.GetValueOrDefault(name) is { } known && ReferenceEquals(known.Object, item)
                ? known
                : ServiceReader.Read(item, (V1Service)item.Typed!));
        }

        return _services = services;
    }

    public void Judge(NamespacePass pass)
    {
        foreach (var (name, place) in pass.Services)
        {
            var service = _services[name];
            if (!service.Reasons.IsEmpty)
            {
                pass.Judge(place, new VerdictDraft(VerdictOutcome.Refused, service.Reasons, service.Warnings));
            }
            else if (!pass.ServicesInUse.ContainsKey(name))
            {
                pass.Judge(place, VerdictDraft.Skipped("no Ingress of ours sends requests to it"));
            }
            else
            {
                pass.Judge(place, new VerdictDraft(VerdictOutcome.Accepted, [], WarningsOf(service, pass)));
            }
        }
    }

    private static ImmutableArray<string> WarningsOf(ServiceInfo service, NamespacePass pass) =>
        service.IsExternal || pass.ServicesWithSlices.Contains(service.Name)
            ? service.Warnings
            : service.Warnings.Add($"no EndpointSlice has the label {EndpointSliceStep.ServiceLabel}: {service.Name}; requests get 503 until one does");
}
