using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Routing;

public sealed class ConditionTests
{
    private const string Host = "shop.example";
    private readonly RoutingTable _table = new();
    private readonly TestLog _log;

    public ConditionTests() => _log = new TestLog("shop", _table);

    [Fact]
    public void Match_Method_OnlyThoseListed()
    {
        _log.Put(With("some", m => m with { Methods = ["GET", "POST"] }), Config.Route("rest", Host, "/", priority: 1));
        Assert.Equal(["some", "some", "rest", "rest"], new[] { "GET", "POST", "HEAD", "get" }.Select(m => _table.Name(Host, "/", m)));
    }

    [Theory]
    [InlineData("v2", "some")]
    [InlineData("v3", "some")]
    [InlineData("V2", "-")]
    [InlineData(null, "-")]
    public void Match_ExactHeader_AnyOfItsValues(string? value, string expected)
    {
        _log.Put(With("some", m => m with { Headers = [new NameValueMatch("X-Version", ValueMatchType.Exact, ["v2", "v3"])] }));
        Assert.Equal(expected, _table.Name(Host, "/", headers: Headers("x-version", value)));
    }

    [Theory]
    [InlineData("1.5-beta", "some")]
    [InlineData("1.5", "-")]
    public void Match_HeaderExpression_SearchedForAnywhere(string value, string expected)
    {
        _log.Put(With("some", m => m with { Headers = [new NameValueMatch("version", ValueMatchType.Regex, ["-(alpha|beta)$"])] }));
        Assert.Equal(expected, _table.Name(Host, "/", headers: Headers("Version", value)));
    }

    [Fact]
    public void Match_TwoHeaders_BothAreNeeded()
    {
        _log.Put(With("some", m => m with { Headers = [new NameValueMatch("a", ValueMatchType.Present, []), new NameValueMatch("b", ValueMatchType.Exact, ["1"])] }));
        Assert.Equal("-", _table.Name(Host, "/", headers: Headers("a", "x")));
        Assert.Equal("some", _table.Name(Host, "/", headers: new HeaderDictionary { ["a"] = "", ["b"] = new(["0", "1"]) }));
    }

    [Theory]
    [InlineData("?a=1", "some")]
    [InlineData("?x=&a=1", "some")]
    [InlineData("?a=%31", "some")]
    [InlineData("?a=2&a=1", "-")]
    [InlineData("?A=1", "-")]
    [InlineData("?a=11", "-")]
    [InlineData("", "-")]
    public void Match_Query_FirstValueOfTheName(string query, string expected)
    {
        _log.Put(With("some", m => m with { Query = [new NameValueMatch("a", ValueMatchType.Exact, ["1"])] }));
        Assert.Equal(expected, _table.Name(Host, "/", query: query));
    }

    [Fact]
    public void Match_SeveralMatchesOfOneRoute_AnySuffices()
    {
        _log.Put(Config.Route("r", Host, "/a") with
        {
            Matches = [new RouteMatch(new PathMatch(PathMatchType.Exact, "/a")), new RouteMatch(new PathMatch(PathMatchType.Prefix, "/b")) { Methods = ["PUT"] }],
        });
        Assert.Equal(["r", "-", "-", "r"], new[] { _table.Name(Host, "/a"), _table.Name(Host, "/a/x"), _table.Name(Host, "/b"), _table.Name(Host, "/b", "PUT") });
    }

    [Fact]
    public void Match_HttpOnlyRoute_NotThereForHttps()
    {
        _log.Put(Config.Route("plain", Host, "/a") with { Protocols = RouteProtocols.Http }, Config.Route("both", Host, "/"));
        Assert.Equal("plain", _table.Name(Host, "/a"));
        Assert.Equal("both", _table.Name(Host, "/a", isHttps: true));
    }

    [Fact]
    public void Match_HttpsOnlyRouteByHttp_FoundUnlessAnotherOfItsRankServes()
    {
        var tls = Config.Route("tls", Host, "/") with { Protocols = RouteProtocols.Https };
        _log.Put(tls);
        Assert.Equal("tls", _table.Name(Host, "/"));
        _log.Put(Config.Route("plain", Host, "/") with { Protocols = RouteProtocols.Http, CreatedAt = null });
        Assert.Equal("plain", _table.Name(Host, "/"));
        Assert.Equal("tls", _table.Name(Host, "/", isHttps: true));
    }

    private static HeaderDictionary Headers(string name, string? value) => value is null ? [] : new HeaderDictionary { [name] = value };

    private static Route With(string name, Func<RouteMatch, RouteMatch> change)
    {
        var route = Config.Route(name, Host, "/", priority: 9);
        return route with { Matches = [change(route.Matches[0])] };
    }
}
