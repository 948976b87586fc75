using System.Globalization;
using System.Net;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>The endpoints of one backend as <c>address:port</c>.</summary>
/// <param name="All">Without doubles, in the order of the entities' keys.</param>
/// <param name="Available">Those that take new requests: the ready ones; if there are none, those that terminate but still serve.</param>
internal sealed record DestinationList(IReadOnlyList<string> All, IReadOnlySet<string> Available)
{
    public static readonly DestinationList Empty = new([], new HashSet<string>());

    public static DestinationList Of(Backend? backend, EndpointGroup? group)
    {
        if (backend is null || group is null || group.Slices.Count == 0)
        {
            return Empty;
        }

        var all = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var ready = new HashSet<string>(StringComparer.Ordinal);
        var leaving = new HashSet<string>(StringComparer.Ordinal);
        foreach (var slice in group.Slices)
        {
            if (PortOf(backend, slice) is not { } port)
            {
                continue;
            }

            foreach (var endpoint in slice.Addresses)
            {
                var isLeaving = endpoint is { Serving: true, Terminating: true };
                if (!endpoint.Ready && !isLeaving)
                {
                    continue;
                }

                var id = IdOf(endpoint.Address, port);
                (endpoint is { Ready: true, Terminating: false } ? ready : leaving).Add(id);
                if (known.Add(id))
                {
                    all.Add(id);
                }
            }
        }

        return new DestinationList(all, ready.Count > 0 ? ready : leaving);
    }

    private static int? PortOf(Backend backend, Endpoints slice)
    {
        if (slice.Ports.IsDefaultOrEmpty)
        {
            return backend.DefaultPort > 0 ? backend.DefaultPort : null;
        }

        foreach (var port in slice.Ports)
        {
            if (string.Equals(port.Name, backend.PortName, StringComparison.Ordinal))
            {
                return port.Port;
            }
        }

        return null;
    }

    private static string IdOf(string address, int port) => address.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(address, out _)
        ? string.Create(CultureInfo.InvariantCulture, $"[{address}]:{port}")
        : string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
}
