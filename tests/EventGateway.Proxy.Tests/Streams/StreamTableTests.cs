using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Proxy.Tests.Streams;

/// <summary>Which route takes a connection, and what the others are told.</summary>
public sealed class StreamTableTests
{
    private readonly RoutingTable _table = new(new UpstreamClients(), NullLogger.Instance, streamPorts: [9000, 9001]);
    private readonly TestLog _alpha;
    private readonly TestLog _beta;

    public StreamTableTests()
    {
        _alpha = new TestLog("alpha", _table);
        _beta = new TestLog("beta", _table);
    }

    [Theory]
    [InlineData("db.example", "exact")]
    [InlineData("a.db.example", "one")]
    [InlineData("a.b.db.example", "many")]
    [InlineData("x.a.b.example", "any")]
    [InlineData("", "any")]
    [InlineData(".db.example", "any")]
    public void Decide_ServerName_MostSpecific(string serverName, string expected)
    {
        _alpha.Put(
            Stream("exact", RouteProtocols.Tls, 9000, "db.example"), Stream("one", RouteProtocols.TlsPassthrough, 9000, "*.db.example"),
            Stream("many", RouteProtocols.TlsPassthrough, 9000, "**.db.example"), Stream("any", RouteProtocols.Tls, 9000));
        Assert.Equal(expected, Name(9000, serverName));
        Assert.Equal("-", Name(9001, serverName));
        Assert.Empty(_table.Reasons(_alpha));
    }

    [Fact]
    public void Put_PortNotOpen_ReasonNamesTheFlagAndOtherPortsServe()
    {
        _alpha.Put(Stream("r", RouteProtocols.Tcp, 9000) with { Ports = [9000, 9100] });
        Assert.Equal("r", Name(9000, ""));
        Assert.Equal(
            "route/ns/r/0: port 9100 is not open on this proxy; start it with --stream-listen 9100, or use a port that is",
            Assert.Single(_table.Reasons(_alpha)));
    }

    [Fact]
    public void Put_SamePortInTwoWorkspaces_OlderWinsAndTheLoserComesBack()
    {
        _beta.Put(Stream("young", RouteProtocols.Tcp, 9000) with { CreatedAt = Config.Epoch.AddDays(1) });
        _alpha.Put(Stream("old", RouteProtocols.Tcp, 9000));
        Assert.Equal("old", Name(9000, ""));
        Assert.Equal(
            "route/ns/young/0: port 9000 belongs to Ingress ns/old of workspace alpha, which is older; use another port, or remove that one",
            Assert.Single(_table.Reasons(_beta)));
        _alpha.Remove(Config.RouteKey("old"));
        Assert.Equal("young", Name(9000, ""));
        Assert.Empty(_table.Reasons(_beta));
    }

    [Fact]
    public void Put_SameAge_WorkspaceNameDecides()
    {
        _beta.Put(Stream("b", RouteProtocols.Tls, 9000, "x.example"));
        _alpha.Put(Stream("a", RouteProtocols.TlsPassthrough, 9000, "x.example"));
        Assert.Equal("a", Name(9000, "x.example"));
        Assert.Contains("port 9000, server name x.example belongs to Ingress ns/a of workspace alpha, whose name comes first", Assert.Single(_table.Reasons(_beta)), StringComparison.Ordinal);
    }

    [Fact]
    public void Put_TcpAndTlsAtOnePort_TheOldestSaysWhatThePortIs()
    {
        _alpha.Put(Stream("tls", RouteProtocols.Tls, 9000, "x.example") with { CreatedAt = Config.Epoch.AddDays(1) });
        Assert.True(_table.StreamPort(9000)!.IsByServerName);
        _beta.Put(Stream("tcp", RouteProtocols.Tcp, 9000) with { CreatedAt = Config.Epoch.AddDays(2) });
        Assert.True(_table.StreamPort(9000)!.IsByServerName);
        Assert.Single(_table.Reasons(_beta));
        _beta.Put(Stream("tcp", RouteProtocols.Tcp, 9000));
        Assert.False(_table.StreamPort(9000)!.IsByServerName);
        Assert.Equal("tcp", Name(9000, "x.example"));
        Assert.Empty(_table.Reasons(_beta));
        Assert.Single(_table.Reasons(_alpha));
        _beta.Remove(Config.RouteKey("tcp"));
        Assert.Equal("tls", Name(9000, "x.example"));
        Assert.Empty(_table.Reasons(_alpha));
    }

    [Fact]
    public void Put_RouteMovesBetweenPortsNamesAndProtocols_NothingStaysBehind()
    {
        _alpha.Put(Stream("r", RouteProtocols.Tls, 9000, "x.example"));
        _alpha.Put(Stream("r", RouteProtocols.Tls, 9000, "y.example"));
        Assert.Equal(("-", "r"), (Name(9000, "x.example"), Name(9000, "y.example")));
        _alpha.Put(Stream("r", RouteProtocols.Tcp, 9001));
        Assert.Equal(("-", "r"), (Name(9000, "y.example"), Name(9001, "")));
        _alpha.Put(Config.Route("r", "x.example", "/"));
        Assert.Equal(("-", "r"), (Name(9001, ""), _table.Name("x.example", "/")));
        _alpha.Put(Stream("r", RouteProtocols.Tcp, 9001));
        Assert.Equal(("r", "-"), (Name(9001, ""), _table.Name("x.example", "/")));
        _alpha.Remove(Config.RouteKey("r"));
        Assert.Equal("-", Name(9001, ""));
        Assert.Empty(_table.Reasons(_alpha));
    }

    [Fact]
    public void Put_RandomChanges_AsIfBuiltAnew()
    {
        var random = new Random(7);
        var hosts = new[] { "a.example", "*.example", "**.example", "b.a.example" };
        var live = new Dictionary<(bool, string), Route>();
        for (var step = 0; step < 500; step++)
        {
            var isAlpha = random.Next(2) == 0;
            var log = isAlpha ? _alpha : _beta;
            var name = $"r{random.Next(8)}";
            if (random.Next(4) == 0)
            {
                log.Remove(Config.RouteKey(name));
                live.Remove((isAlpha, name));
                continue;
            }

            var protocol = random.Next(3) switch { 0 => RouteProtocols.Tcp, 1 => RouteProtocols.Tls, _ => RouteProtocols.TlsPassthrough };
            string[] names = protocol == RouteProtocols.Tcp ? [] : [.. hosts.Where(_ => random.Next(3) == 0)];
            var route = Stream(name, protocol, random.Next(2) == 0 ? 9000 : 9001, names) with { CreatedAt = Config.Epoch.AddDays(random.Next(4)) };
            log.Put(route);
            live[(isAlpha, name)] = route;
        }

        var anew = new RoutingTable(new UpstreamClients(), NullLogger.Instance, streamPorts: [9000, 9001]);
        var (alpha, beta) = (new TestLog("alpha", anew), new TestLog("beta", anew));
        beta.Put([.. live.Where(l => !l.Key.Item1).Select(l => l.Value)]);
        alpha.Put([.. live.Where(l => l.Key.Item1).Select(l => l.Value)]);
        foreach (var port in new[] { 9000, 9001 })
        {
            foreach (var name in new[] { "a.example", "b.a.example", "c.example", "c.b.example", "else", "" })
            {
                Assert.Equal(Name(anew, port, name), Name(port, name));
            }
        }

        Assert.Equal(anew.Reasons(alpha), _table.Reasons(_alpha));
        Assert.Equal(anew.Reasons(beta), _table.Reasons(_beta));
    }

    private static Route Stream(string name, RouteProtocols protocol, int port, params string[] hosts) =>
        Config.Route(name, null, "/") with { Matches = [], Hosts = [.. hosts.Select(Config.Host)], Protocols = protocol, Ports = [port] };

    private string Name(int port, string serverName) => Name(_table, port, serverName);

    private static string Name(RoutingTable table, int port, string serverName) =>
        table.Decide(table.StreamPort(port)!, serverName) is { Hit.IsMatch: true } decision ? decision.Hit.Route.Key.Text.Split('/')[2] : "-";
}
