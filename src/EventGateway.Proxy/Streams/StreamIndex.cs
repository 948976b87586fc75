using System.Collections.Frozen;
using EventGateway.Proxy.Routing;

namespace EventGateway.Proxy.Streams;

/// <summary>The stream routes of all logs, by the ports this proxy has opened. Belongs to the routing table, which writes under its lock.</summary>
/// <param name="openPorts">Those of <c>--stream-listen</c>.</param>
internal sealed class StreamIndex(IEnumerable<int> openPorts)
{
    private readonly FrozenDictionary<int, StreamPort> _ports = openPorts.Distinct().ToFrozenDictionary(p => p, p => new StreamPort(p));

    /// <summary>Null: the port is not open.</summary>
    public StreamPort? Find(int port) => _ports.GetValueOrDefault(port);

    /// <summary>Puts a route in, takes one out, or one for the other. Routes that are no stream routes are nothing.</summary>
    public void Change(RouteEntry? add, RouteEntry? remove)
    {
        add = add is { Entity.IsStream: true } ? add : null;
        remove = remove is { Entity.IsStream: true } ? remove : null;
        if (add is null && remove is null)
        {
            return;
        }

        foreach (var port in (add?.Entity.Ports ?? []).Union(remove?.Entity.Ports ?? []))
        {
            Find(port)?.Change(add?.Entity.Ports.Contains(port) == true ? add : null, remove?.Entity.Ports.Contains(port) == true ? remove : null);
        }

        remove?.Log.Streams.Remove(remove);
        add?.Log.Streams.Add(add);
    }

    /// <summary>Where the route is not served, and why; for people.</summary>
    public IEnumerable<string> LossesOf(RouteEntry entry) =>
        entry.Entity.Ports.Distinct().SelectMany(port => Find(port)?.LossesOf(entry) ?? [$"port {port} is not open on this proxy; start it with --stream-listen {port}, or use a port that is"]);
}
