using System.Globalization;
using System.Net;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>The endpoints of one backend as <c>address:port</c>.</summary>
/// <param name="All">Without doubles: the ready ones, then those that terminate but still serve, then those of weight 0; otherwise in the order of the entities' keys.</param>
/// <param name="Ready">How many of them, from the first on, are ready.</param>
/// <param name="Idle">How many of them, at the end, have weight 0: they keep the requests they have and get no new ones.</param>
/// <param name="Drained">How many of the idle ones, from the first of them on, are ready: they keep the clients that a cookie binds to them, too.</param>
internal sealed record DestinationList((string Id, int Weight)[] All, int Ready, int Idle, int Drained)
{
    public static readonly DestinationList Empty = new([], 0, 0, 0);

    /// <summary>How many, from the first on, take new requests: the ready ones; if there are none, those that still serve.</summary>
    public int Available => Ready > 0 ? Ready : All.Length - Idle;

    public static DestinationList Of(Backend? backend, EndpointGroup? group)
    {
        if (backend is null || group is null || group.Slices.Count == 0)
        {
            return Empty;
        }

        var ready = new List<(string Id, int Weight)>();
        var leaving = new List<(string Id, int Weight)>();
        var drained = new List<(string Id, int Weight)>();
        var idle = new List<(string Id, int Weight)>();
        foreach (var slice in group.Slices)
        {
            if (PortOf(backend, slice) is not { } port)
            {
                continue;
            }

            foreach (var endpoint in slice.Addresses)
            {
                var isReady = endpoint is { Ready: true, Terminating: false };
                if (isReady || endpoint.Ready || endpoint is { Serving: true, Terminating: true })
                {
                    var list = (endpoint.Weight, isReady) switch { (0, true) => drained, (0, false) => idle, (_, true) => ready, _ => leaving };
                    list.Add((IdOf(endpoint.Address, port), endpoint.Weight));
                }
            }
        }

        return Of(ready, leaving, drained, idle);
    }

    private static DestinationList Of(
        List<(string Id, int Weight)> ready, List<(string Id, int Weight)> leaving, List<(string Id, int Weight)> drained, List<(string Id, int Weight)> idle)
    {
        if (ready.Count + leaving.Count + drained.Count + idle.Count == 1)
        {
            return new DestinationList([.. ready, .. leaving, .. drained, .. idle], ready.Count, drained.Count + idle.Count, drained.Count);
        }

        // Of what is named twice the better state counts.
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        (string Id, int Weight)[] first = [.. ready.Where(e => known.Add(e.Id))];
        (string Id, int Weight)[] second = [.. leaving.Where(e => known.Add(e.Id))];
        (string Id, int Weight)[] third = [.. drained.Where(e => known.Add(e.Id))];
        (string Id, int Weight)[] last = [.. idle.Where(e => known.Add(e.Id))];
        return new DestinationList([.. first, .. second, .. third, .. last], first.Length, third.Length + last.Length, third.Length);
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
