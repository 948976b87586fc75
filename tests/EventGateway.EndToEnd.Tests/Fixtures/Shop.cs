using System.Text;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>Short forms of the entities of one workspace.</summary>
internal static class Shop
{
    public static EntityKey RouteKey(string name) => EntityKey.Route("shop", name, "0");

    public static EntityKey BackendKey(string name) => EntityKey.Backend("shop", name, "80");

    public static Route Route(string name, string host, params (string Backend, int Weight)[] backends) => new(RouteKey(name))
    {
        Hosts = [new HostMatch(host, HostMatchType.Exact)],
        Matches = [new RouteMatch(new PathMatch(PathMatchType.Prefix, "/"))],
        Backends = [.. backends.Select(b => new WeightedBackend(BackendKey(b.Backend), b.Weight))],
    };

    public static Backend Backend(string name) => new(BackendKey(name)) { EndpointsGroup = $"shop/{name}" };

    /// <summary>One slice per port, so that several ports of one address can be endpoints of one backend.</summary>
    public static EntityKey SliceKey(string backend, int port) => EntityKey.Endpoints("shop", $"{backend}-{port}");

    public static Endpoints Slice(string backend, int port, bool isTerminating = false) => new(SliceKey(backend, port))
    {
        Group = $"shop/{backend}",
        Addresses = [new EndpointAddress("127.0.0.1", Ready: !isTerminating, Serving: true, Terminating: isTerminating)],
        Ports = [new EndpointPort("", port)],
    };

    public static Certificate Certificate(string host, TestCertificate pair) => new(EntityKey.Certificate("shop", "tls"))
    {
        ServerNames = [host],
        ChainPem = pair.ChainPem,
        PrivateKey = new PlainSecret(Encoding.UTF8.GetBytes(pair.KeyPem)),
    };
}
