using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Routing;

public sealed class HostMatchTests
{
    private readonly RoutingTable _table = new();
    private readonly TestLog _log;

    public HostMatchTests() => _log = new TestLog("shop", _table);

    [Fact]
    public void Match_WildcardsComeAndGo_TheOthersStayAndAreFound()
    {
        _log.Put(Config.Route("one", "*.a.example", "/"), Config.Route("many", "**.b.example", "/"));
        _log.Remove(Config.RouteKey("one"));
        Assert.Equal(["-", "many"], new[] { _table.Name("x.a.example", "/"), _table.Name("x.y.b.example", "/") });
        _log.Remove(Config.RouteKey("many"));
        _log.Put(Config.Route("exact", "a.example", "/"));
        _log.Remove(Config.RouteKey("exact"));
        _log.Put(Config.Route("one", "*.a.example", "/"));
        Assert.Equal(["one", "-"], new[] { _table.Name("x.a.example", "/"), _table.Name("x.y.b.example", "/") });
    }

    [Theory]
    [InlineData("shop.example", "exact")]
    [InlineData("SHOP.Example", "exact")]
    [InlineData("shop.example:8000", "exact")]
    [InlineData("shop.example.", "exact")]
    [InlineData("shop.example.:443", "exact")]
    [InlineData("a.shop.example", "one")]
    [InlineData("A.Shop.Example:1", "one")]
    [InlineData("a.b.shop.example", "suffix")]
    [InlineData("a.b.example", "short")]
    [InlineData("other.test", "any")]
    [InlineData("", "any")]
    [InlineData(":80", "any")]
    [InlineData(".", "any")]
    [InlineData("..", "any")]
    [InlineData(".shop.example", "any")]
    [InlineData("a..shop.example", "any")]
    [InlineData("..shop.example", "any")]
    [InlineData("shop.example..", "any")]
    [InlineData("[::1]", "any")]
    [InlineData("[::1]:8000", "any")]
    [InlineData("[shop.example", "any")]
    [InlineData("10.0.0.1", "ip")]
    [InlineData("10.0.0.1:80", "ip")]
    [InlineData("example", "any")]
    public void Match_Host_MostSpecificPattern(string host, string expected)
    {
        _log.Put(
            Config.Route("exact", "shop.example", "/"),
            Config.Route("one", "*.shop.example", "/"),
            Config.Route("suffix", "**.shop.example", "/"),
            Config.Route("short", "**.example", "/"),
            Config.Route("ip", "10.0.0.1", "/"),
            Config.Route("any", null, "/"));
        Assert.Equal(expected, _table.Name(host, "/x"));
    }

    [Fact]
    public void Match_HostTooLong_TakesAnyHost()
    {
        _log.Put(Config.Route("suffix", "**.example", "/"), Config.Route("any", null, "/"));
        Assert.Equal("any", _table.Name(string.Concat(Enumerable.Repeat("a.", 5000)) + "example", "/"));
    }

    [Fact]
    public void Match_NoPathAtTheSpecificHost_FallsThroughToTheLessSpecific()
    {
        _log.Put(
            Config.Route("exact", "a.shop.example", "/only", priority: 1),
            Config.Route("one", "*.shop.example", "/one", priority: 2),
            Config.Route("suffix", "**.example", "/suffix", priority: 3),
            Config.Route("any", null, "/", priority: 1000));
        Assert.Equal("exact", _table.Name("a.shop.example", "/only"));
        Assert.Equal("one", _table.Name("a.shop.example", "/one"));
        Assert.Equal("suffix", _table.Name("a.shop.example", "/suffix"));
        Assert.Equal("any", _table.Name("a.shop.example", "/else"));
    }

    [Fact]
    public void Match_ManyHostsOfOneRoute_EachServed()
    {
        _log.Put(Config.Route("r", "a.example", "/") with { Hosts = [Config.Host("a.example"), Config.Host("b.example"), Config.Host("*.c.example"), Config.Host("a.example")] });
        Assert.Equal(["r", "r", "r", "-"], new[] { "a.example", "b.example", "x.c.example", "c.example" }.Select(h => _table.Name(h, "/")));
        _log.Put(Config.Route("r", "b.example", "/"));
        Assert.Equal(["-", "r", "-"], new[] { "a.example", "b.example", "x.c.example" }.Select(h => _table.Name(h, "/")));
    }
}
