using System.Collections.Immutable;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Service: reads each once, with what it refers to, and judges it when it is known who needs it.</summary>
internal sealed class ServiceStep(NamespaceObjects objects)
{
    private Dictionary<string, ServiceUpstream> _services = new(StringComparer.Ordinal);

    public Dictionary<string, ServiceUpstream> Read(NamespacePass pass)
    {
        var services = new Dictionary<string, ServiceUpstream>(pass.Services.Count, StringComparer.Ordinal);
        foreach (var (name, place) in pass.Services)
        {
            var item = pass[place];
            var known = _services.GetValueOrDefault(name);
            var read = known is not null && ReferenceEquals(known.Read.Object, item) ? known.Read : ServiceReader.Read(item, (V1Service)item.Typed!);
            services.Add(name, ServiceUpstreamReader.Read(read, pass, objects, known));
        }

        return _services = services;
    }

    public void Judge(NamespacePass pass)
    {
        foreach (var (name, place) in pass.Services)
        {
            var upstream = _services[name];
            var service = upstream.Service;
            var warnings = service.Warnings.AddRange(upstream.Warnings);
            if (!service.Reasons.IsEmpty)
            {
                pass.Judge(place, new VerdictDraft(VerdictOutcome.Refused, service.Reasons.AddRange(service.Shortfalls).AddRange(upstream.Shortfalls), warnings));
            }
            else if (!pass.ServicesInUse.ContainsKey(name))
            {
                pass.Judge(place, VerdictDraft.Skipped("no Ingress or TCPIngress of ours sends requests to it"));
            }
            else
            {
                var shortfalls = service.Shortfalls.AddRange(upstream.Shortfalls);
                pass.Judge(place, new VerdictDraft(shortfalls.IsEmpty ? VerdictOutcome.Accepted : VerdictOutcome.Refused, shortfalls, warnings.AddRange(WithoutSlices(service, pass))));
            }
        }
    }

    private static ImmutableArray<string> WithoutSlices(ServiceInfo service, NamespacePass pass) =>
        service.IsExternal || pass.ServicesWithSlices.Contains(service.Name)
            ? []
            : [$"no EndpointSlice has the label {EndpointSliceStep.ServiceLabel}: {service.Name}; requests get 503 until one does"];
}
