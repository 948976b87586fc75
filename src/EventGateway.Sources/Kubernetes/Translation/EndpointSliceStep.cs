using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>EndpointSlice: the endpoints of the Services in use.</summary>
internal sealed class EndpointSliceStep
{
    public const string ServiceLabel = "kubernetes.io/service-name";

    private readonly UnitTable<string, EndpointSliceUnit> _units = new();

    public void Run(NamespacePass pass)
    {
        _units.Begin();
        foreach (var (name, place) in pass.Slices)
        {
            var item = pass[place];
            var service = item.Label(ServiceLabel) ?? "";
            if (service.Length == 0)
            {
                pass.Judge(place, VerdictDraft.Skipped($"it has no label {ServiceLabel}, so it belongs to no Service"));
                continue;
            }

            if (!pass.ServicesInUse.ContainsKey(service))
            {
                pass.Judge(place, VerdictDraft.Skipped($"no Ingress or TCPIngress of ours sends requests to Service {pass.Namespace}/{service}"));
                continue;
            }

            var unit = _units.Find(name);
            if (unit is not null && ReferenceEquals(unit.Slice, item))
            {
                _units.Keep(unit);
            }
            else
            {
                unit = Translate(item, (V1EndpointSlice)item.Typed!, $"{pass.Namespace}/{service}");
                _units.Put(name, unit, pass.Changes);
            }

            if (!unit.Entities.IsEmpty)
            {
                pass.ServicesWithSlices.Add(service);
            }

            pass.Judge(place, unit.Draft);
        }

        _units.Sweep(pass.Changes);
    }

    private static EndpointSliceUnit Translate(SourceObject item, V1EndpointSlice slice, string group)
    {
        var reasons = new List<string>();
        var warnings = new List<string>();
        var ports = ReadPorts(slice.Ports ?? [], reasons, warnings);
        var addresses = ReadAddresses(slice, reasons, warnings);
        if (ports is null || addresses is null)
        {
            return new EndpointSliceUnit(item) { Draft = VerdictDraft.From(reasons, warnings) };
        }

        var endpoints = new Endpoints(EntityKey.Endpoints(item.Id.Namespace, item.Id.Name)) { Group = group, Addresses = addresses.Value, Ports = ports.Value };
        return new EndpointSliceUnit(item)
        {
            Entities = [new DesiredEntity(endpoints, item.Provenance)],
            Draft = VerdictDraft.From(reasons, warnings),
        };
    }

    /// <summary>Null: the slice is of no use.</summary>
    private static ImmutableArray<EndpointPort>? ReadPorts(IList<Discoveryv1EndpointPort> ports, List<string> reasons, List<string> warnings)
    {
        var read = ImmutableArray.CreateBuilder<EndpointPort>();
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Protocol is { Length: > 0 } protocol && protocol != "TCP")
            {
                warnings.Add($"ports[{i}].protocol: {protocol} is not supported yet; this port is left out");
            }
            else if (ports[i].Port is not { } number)
            {
                warnings.Add($"ports[{i}].port: it is missing; this port is left out");
            }
            else if (number is < 1 or > 65535)
            {
                reasons.Add($"ports[{i}].port: {number} is not a port; use 1 to 65535");
            }
            else
            {
                read.Add(new EndpointPort(ports[i].Name ?? "", number));
            }
        }

        // An entity without ports means each backend's own port, which is not what a slice of other protocols says.
        return reasons.Count > 0 || (ports.Count > 0 && read.Count == 0) ? null : read.ToImmutable();
    }

    private static ImmutableArray<EndpointAddress>? ReadAddresses(V1EndpointSlice slice, List<string> reasons, List<string> warnings)
    {
        if (slice.AddressType is not ("IPv4" or "IPv6" or "FQDN"))
        {
            reasons.Add($"addressType: '{slice.AddressType}' is not known; use IPv4, IPv6 or FQDN");
            return null;
        }

        var read = ImmutableArray.CreateBuilder<EndpointAddress>();
        var endpoints = slice.Endpoints ?? [];
        for (var i = 0; i < endpoints.Count; i++)
        {
            // Only the first address is meant to be used; Kubernetes calls the others fungible.
            var address = endpoints[i].Addresses is { Count: > 0 } addresses ? addresses[0] : null;
            if (string.IsNullOrEmpty(address))
            {
                warnings.Add($"endpoints[{i}].addresses: there is none; this endpoint is left out");
            }
            else if (!IsOfType(address, slice.AddressType))
            {
                reasons.Add($"endpoints[{i}].addresses[0]: '{address}' is not of type {slice.AddressType}; this endpoint is left out, the others are used");
            }
            else
            {
                var conditions = endpoints[i].Conditions;
                var ready = conditions?.Ready ?? true;
                read.Add(new EndpointAddress(address, ready, conditions?.Serving ?? ready, conditions?.Terminating ?? false)
                {
                    Zone = endpoints[i].Zone ?? "",
                    Node = endpoints[i].NodeName ?? "",
                });
            }
        }

        return read.ToImmutable();
    }

    private static bool IsOfType(string address, string type) => type switch
    {
        "IPv4" => IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork && ip.ToString() == address,
        "IPv6" => IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 && !address.Contains('['),
        _ => Uri.CheckHostName(address) == UriHostNameType.Dns,
    };
}
