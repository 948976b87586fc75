using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Routing;

public sealed class PathMatchTests
{
    private const string Host = "shop.example";

    [Theory]
    [InlineData("/", "/", true)]
    [InlineData("/", "/a", true)]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/a/", true)]
    [InlineData("/a", "/a/b", true)]
    [InlineData("/a", "/ab", false)]
    [InlineData("/a", "/A", false)]
    [InlineData("/a", "/", false)]
    [InlineData("/a/", "/a", true)]
    [InlineData("/a/", "/a/b", true)]
    [InlineData("/a/b", "/a//b", false)]
    [InlineData("/a/b", "/a/b%2Fc", false)]
    [InlineData("/a", "/a%2Fb", false)]
    [InlineData("/a//b", "/a//b/c", true)]
    [InlineData("/a/b%2Fc", "/a/b%2Fc/d", true)]
    public void Match_Prefix_WholeSegments(string prefix, string path, bool expected) => Check(PathMatchType.Prefix, prefix, path, expected);

    [Theory]
    [InlineData("/", "/", true)]
    [InlineData("/", "/a", false)]
    [InlineData("/foo", "/foo", true)]
    [InlineData("/foo", "/foo/", false)]
    [InlineData("/foo/", "/foo", false)]
    [InlineData("/foo/", "/foo/", true)]
    [InlineData("/foo", "/FOO", false)]
    [InlineData("/foo", "//foo", false)]
    [InlineData("/foo/bar", "/foo%2Fbar", false)]
    public void Match_Exact_TheSameTextOnly(string exact, string path, bool expected) => Check(PathMatchType.Exact, exact, path, expected);

    [Theory]
    [InlineData("/ab", "/ab", true)]
    [InlineData("/ab", "/abc", true)]
    [InlineData("/ab", "/a", false)]
    [InlineData("/ab/", "/ab", false)]
    [InlineData("/ab/c", "/ab/cd/e", true)]
    [InlineData("/ab", "/AB", false)]
    public void Match_StartsWith_PlainText(string text, string path, bool expected) => Check(PathMatchType.StartsWith, text, path, expected);

    [Theory]
    [InlineData("/v[0-9]+/x", "/v12/x", true)]
    [InlineData("/v[0-9]+/x", "/v12/xyz", true)]
    [InlineData("/v[0-9]+/x", "/a/v12/x", false)]
    [InlineData("/v[0-9]+/x$", "/v12/xyz", false)]
    [InlineData("/a|/b", "/b", true)]
    [InlineData("(?i)/a", "/A", true)]
    [InlineData("/ab?c", "/ac", true)]
    [InlineData("/ab*$", "/a", true)]
    [InlineData("/ab{0,1}$", "/a", true)]
    [InlineData("^/x", "/x", true)]
    [InlineData(@"/a\.b", "/a.b", true)]
    [InlineData(@"/a\.b", "/axb", false)]
    [InlineData(@"/a\.?b", "/ab", true)]
    [InlineData("/(a|b)/c", "/b/c", true)]
    [InlineData("/[|]a", "/|a", true)]
    [InlineData("/.*", "/", true)]
    public void Match_Expression_AnchoredAtTheStart(string expression, string path, bool expected) => Check(PathMatchType.Regex, expression, path, expected);

    [Fact]
    public void Match_HigherPriority_WinsWhateverTheType()
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        log.Put(
            Config.Route("exact", Host, "/a/b", type: PathMatchType.Exact, priority: 10),
            Config.Route("regex", Host, "/a/.*", type: PathMatchType.Regex, priority: 30),
            Config.Route("starts", Host, "/a", type: PathMatchType.StartsWith, priority: 20),
            Config.Route("prefix", Host, "/", priority: 40));
        Assert.Equal("prefix", table.Name(Host, "/a/b"));
        log.Remove(Config.RouteKey("prefix"));
        Assert.Equal("regex", table.Name(Host, "/a/b"));
        log.Remove(Config.RouteKey("regex"));
        Assert.Equal("starts", table.Name(Host, "/a/b"));
        log.Remove(Config.RouteKey("starts"));
        Assert.Equal("exact", table.Name(Host, "/a/b"));
    }

    [Fact]
    public void Match_EqualPriority_OlderThenKeyWins()
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        var young = Config.Route("a", Host, "/x", priority: 1) with { CreatedAt = Config.Epoch.AddDays(1) };
        var old = Config.Route("b", Host, "/", priority: 1);
        var ageless = Config.Route("0", Host, "/x/y", priority: 1) with { CreatedAt = null };
        log.Put(young, old, ageless);
        Assert.Equal("b", table.Name(Host, "/x/y"));
        log.Remove(old.Key);
        Assert.Equal("a", table.Name(Host, "/x/y"));
        log.Put(young with { CreatedAt = null });
        Assert.Equal("0", table.Name(Host, "/x/y"));
    }

    [Fact]
    public void Match_ManyChildren_FoundBesideTheOthers()
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        log.Put([.. Enumerable.Range(0, 40).Select(i => Config.Route($"r{i}", Host, $"/p{i}/x"))]);
        Assert.All(Enumerable.Range(0, 40), i => Assert.Equal($"r{i}", table.Name(Host, $"/p{i}/x/y")));
        log.Remove([.. Enumerable.Range(1, 39).Select(i => Config.RouteKey($"r{i}"))]);
        Assert.Equal("r0", table.Name(Host, "/p0/x"));
        Assert.Equal("-", table.Name(Host, "/p1/x"));
    }

    [Fact]
    public void Match_PathOfManySegments_IsBoundedByTheRoutes()
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        var deep = string.Concat(Enumerable.Repeat("/s", RouteCompiler.MaxSegments));
        log.Put(Config.Route("deep", Host, deep), Config.Route("deeper", Host, deep + "/s"), Config.Route("root", Host, "/"));
        Assert.Equal("deep", table.Name(Host, string.Concat(Enumerable.Repeat("/s", 5000))));
        Assert.Contains("segments", Assert.Single(table.Reasons(log)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("shop.example:80")]
    public void Match_NoPath_Nothing(string path)
    {
        var table = new RoutingTable();
        new TestLog("shop", table).Put(Config.Route("any", null, "/"));
        Assert.Equal("-", table.Name(Host, path));
    }

    private static void Check(PathMatchType type, string value, string path, bool expected)
    {
        var table = new RoutingTable();
        new TestLog("shop", table).Put(Config.Route("r", Host, value, type: type));
        Assert.Empty(table.Refused(new("test", "shop")));
        Assert.Equal(expected ? "r" : "-", table.Name(Host, path));
    }
}
