using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Proxy.Tests.Routing;

/// <summary>One entity that cannot be used keeps its predecessor and nothing else back.</summary>
public sealed class RefusalTests
{
    private static readonly TimeSpan Refused = TimeSpan.FromSeconds(13);
    private readonly RoutingTable _table = new(
        new UpstreamClients(t => t == Refused ? throw new ArgumentOutOfRangeException(nameof(t), "no such client") : new HttpMessageInvoker(new SocketsHttpHandler())), NullLogger.Instance);

    private readonly TestLog _log;

    public RefusalTests() => _log = new TestLog("shop", _table);

    [Fact]
    public void Put_BackendWhoseClientThrows_PreviousStaysAndTheRestIsApplied()
    {
        _log.Put(Config.Endpoints("a", 81), Config.Endpoints("b", 82), Config.Endpoints("c", 83), Config.Backend("b"), Config.Route("b", "b", "/", "b"));
        _log.Put(
            Config.Backend("a"),
            Config.Backend("b") with { ConnectTimeout = Refused, Protocol = UpstreamProtocol.Https, EndpointsGroup = "ns/a" },
            Config.Backend("c"),
            Config.Route("a", "a", "/", "a"),
            Config.Route("c", "c", "/", "c"));
        Assert.Equal(["http://127.0.0.1:81", "http://127.0.0.1:82", "http://127.0.0.1:83"], new[] { "a", "b", "c" }.Select(AddressOf));
        Assert.StartsWith("backend/ns/b/80: this build cannot use it", Assert.Single(_table.Reasons(_log)), StringComparison.Ordinal);
        _log.Put(Config.Endpoints("b", 84));
        Assert.Equal("http://127.0.0.1:84", AddressOf("b"));
        _log.Put(Config.Backend("b") with { Protocol = UpstreamProtocol.Https });
        Assert.Equal("https://127.0.0.1:84", AddressOf("b"));
        Assert.Empty(_table.Reasons(_log));
    }

    [Fact]
    public void Put_RouteAndEndpointsThatThrow_PreviousStaysAndTheRestIsApplied()
    {
        _log.Put(Config.Endpoints("a", 81), Config.Backend("a"), Config.Route("a", "a", "/", "a"));
        _log.Put(
            Config.Route("0", "0", "/"),
            Config.Route("a", "a", "/", "a") with { Matches = [null!] },
            Config.Route("z", "z", "/"),
            Config.Endpoints("a", 82) with { Addresses = default });
        Assert.Equal(["0", "a", "z"], new[] { "0", "a", "z" }.Select(h => _table.Name(h, "/")));
        Assert.Equal("http://127.0.0.1:81", AddressOf("a"));
        Assert.Equal(["endpoints/ns/a", "route/ns/a/0"], _table.Refused(_log.Name).Select(r => r.Key));
    }

    [Fact]
    public void Put_ValuesOfANewerBuild_PreviousStaysAndIsNamed()
    {
        var route = Config.Route("a", "a", "/", "a");
        _log.Put(Config.Endpoints("a", 81), Config.Backend("a"), route);
        _log.Put(
            Config.Backend("a") with { Protocol = (UpstreamProtocol)99 },
            route with { Hosts = [new HostMatch("b", HostMatchType.Exact)], Matches = [new RouteMatch(new PathMatch((PathMatchType)99, "/new"))] });
        Assert.Equal(["a", "-"], new[] { _table.Name("a", "/old"), _table.Name("b", "/new") });
        Assert.Equal("http://127.0.0.1:81", AddressOf("a"));
        Assert.Equal(
            [
                "backend/ns/a/80: protocol: UpstreamProtocol 99 is not known to this build; upgrade this process",
                "route/ns/a/0: matches[0].path: PathMatchType 99 is not known to this build; upgrade this process",
            ],
            _table.Reasons(_log));
    }

    private string AddressOf(string host)
    {
        Assert.True(_table.TryMatch(Tables.Request(host, "/"), out var hit));
        return Assert.Single(hit.Entry.Backends.Pick()!.Model.Cluster.DestinationsState.AvailableDestinations).Model.Config.Address;
    }
}
