using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>Short forms of entities.</summary>
internal static class Config
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static EntityKey RouteKey(string name) => EntityKey.Route("ns", name, "0");

    public static EntityKey BackendKey(string name) => EntityKey.Backend("ns", name, "80");

    public static Route Route(string name, string? host, string path, string backend = "echo", PathMatchType type = PathMatchType.Prefix, ulong? priority = null) =>
        new(RouteKey(name))
        {
            Hosts = host is null ? [] : [Host(host)],
            Matches = [new RouteMatch(new PathMatch(type, path)) { Priority = priority ?? (ulong)path.Length }],
            Backends = [new WeightedBackend(BackendKey(backend), 1)],
            CreatedAt = Epoch,
            Source = $"Ingress ns/{name}",
        };

    public static HostMatch Host(string text) => text switch
    {
        ['*', '.', .. var rest] => new HostMatch(rest, HostMatchType.OneLabel),
        ['*', '*', '.', .. var rest] => new HostMatch(rest, HostMatchType.Suffix),
        _ => new HostMatch(text, HostMatchType.Exact),
    };

    public static Backend Backend(string name, string? group = null) => new(BackendKey(name)) { EndpointsGroup = group ?? $"ns/{name}" };

    public static Endpoints Endpoints(string group, params int[] ports) => new(EntityKey.Endpoints("ns", group))
    {
        Group = $"ns/{group}",
        Addresses = [new EndpointAddress("127.0.0.1")],
        Ports = [.. ports.Select(p => new EndpointPort("", p))],
    };

    public static Endpoints Addresses(string group, int port, params EndpointAddress[] addresses) => new(EntityKey.Endpoints("ns", group))
    {
        Group = $"ns/{group}",
        Addresses = [.. addresses],
        Ports = [new EndpointPort("", port)],
    };

    public static ImmutableArray<WeightedBackend> Weights(params (string Name, int Weight)[] backends) =>
        [.. backends.Select(b => new WeightedBackend(BackendKey(b.Name), b.Weight))];
}
