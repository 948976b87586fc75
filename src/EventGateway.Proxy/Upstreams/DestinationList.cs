using System.Globalization;
using System.Net;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>The endpoints of one backend as <c>address:port</c>.</summary>
/// <param name="All">Without doubles, the ready ones first, otherwise in the order of the entities' keys.</param>
/// <param name="Ready">How many of them, from the first on, are ready. The others terminate but still serve.</param>
internal sealed record DestinationList(string[] All, int Ready)
{
    public static readonly DestinationList Empty = new([], 0);

    /// <summary>How many, from the first on, take new requests: the ready ones; if there are none, those that still serve.</summary>
    public int Available => Ready > 0 ? Ready : All.Length;

    public static DestinationList Of(Backend? backend, EndpointGroup? group)
    {
        if (backend is null || group is null || group.Slices.Count == 0)
        {
            return Empty;
        }

        var ready = new List<string>();
        var leaving = new List<string>();
        foreach (var slice in group.Slices)
        {
            if (PortOf(backend, slice) is not { } port)
            {
                continue;
            }

            foreach (var endpoint in slice.Addresses)
            {
                if (endpoint is { Ready: true, Terminating: false })
                {
                    ready.Add(IdOf(endpoint.Address, port));
                }
                else if (endpoint.Ready || endpoint is { Serving: true, Terminating: true })
                {
                    leaving.Add(IdOf(endpoint.Address, port));
                }
            }
        }

        return Of(ready, leaving);
    }

    private static DestinationList Of(List<string> ready, List<string> leaving)
    {
        if (ready.Count + leaving.Count == 1)
        {
            return new DestinationList([.. ready, .. leaving], ready.Count);
        }

        string[] first = [.. ready.Distinct(StringComparer.Ordinal)];
        return new DestinationList([.. first, .. leaving.Distinct(StringComparer.Ordinal).Except(first, StringComparer.Ordinal)], first.Length);
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
