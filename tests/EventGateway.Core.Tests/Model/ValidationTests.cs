using EventGateway.Core.Model;
using Xunit;

namespace EventGateway.Core.Tests.Model;

public sealed class ValidationTests
{
    private static readonly Backend Backend = new(EntityKey.Backend("shop", "cart", "80")) { EndpointsGroup = "shop/cart" };
    private static readonly Listener Listener = new(EntityKey.Listener("shop", "web")) { Port = 80, Protocol = ListenerProtocol.Http };
    private static readonly RouteMatch Match = new(new PathMatch(PathMatchType.Prefix, "/"));
    private static readonly Route Route = new(EntityKey.Route("shop", "web", "0")) { Matches = [Match] };

    [Theory]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    [InlineData(0.9, false)]
    [InlineData(1, true)]
    [InlineData(2147483646d, true)]
    [InlineData(2147483647d, false)]
    public void Validate_Timeout_WithinWhatTheWireAndTheClientTake(double milliseconds, bool isSound)
    {
        var timeout = TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
        var problems = (Backend with { ConnectTimeout = timeout, ReadTimeout = timeout, WriteTimeout = timeout }).Validate();
        Assert.Equal(isSound ? [] : ["connectTimeout", "readTimeout", "writeTimeout"], problems.Select(p => p.Field));
    }

    [Fact]
    public void Validate_MaxTimeout_IsTakenByTheClient()
    {
        using var handler = new SocketsHttpHandler { ConnectTimeout = Backend.MaxTimeout };
        Assert.Equal(Backend.MaxTimeout, handler.ConnectTimeout);
    }

    public static TheoryData<string, string, Entity> Newer => new()
    {
        { "protocol", "UpstreamProtocol", Backend with { Protocol = (UpstreamProtocol)99 } },
        { "loadBalancing", "LoadBalancing", Backend with { LoadBalancing = (LoadBalancing)99 } },
        { "protocol", "ListenerProtocol", Listener with { Protocol = (ListenerProtocol)99 } },
        { "tlsMode", "TlsMode", Listener with { TlsMode = (TlsMode)99 } },
        { "hosts[0]", "HostMatchType", Listener with { Hosts = [new HostMatch("a.example", (HostMatchType)99)] } },
        { "hosts[0]", "HostMatchType", Route with { Hosts = [new HostMatch("a.example", (HostMatchType)99)] } },
        { "matches[0].path", "PathMatchType", Route with { Matches = [new RouteMatch(new PathMatch((PathMatchType)99, "/"))] } },
        { "matches[0].headers[0]", "ValueMatchType", Route with { Matches = [Match with { Headers = [new NameValueMatch("a", (ValueMatchType)99, ["b"])] }] } },
        { "matches[0].query[0]", "ValueMatchType", Route with { Matches = [Match with { Query = [new NameValueMatch("a", (ValueMatchType)99, ["b"])] }] } },
    };

    [Theory]
    [MemberData(nameof(Newer), DisableDiscoveryEnumeration = true)]
    public void Validate_ValueOfANewerBuild_IsAProblem(string field, string type, Entity entity) =>
        Assert.Equal(new ConfigProblem(field, $"{type} 99 is not known to this build; upgrade this process"), Assert.Single(entity.Validate()));

    [Fact]
    public void Validate_KnownValues_AreSound()
    {
        Assert.All(Enum.GetValues<UpstreamProtocol>(), p => Assert.Empty((Backend with { Protocol = p }).Validate()));
        Assert.All(Enum.GetValues<ListenerProtocol>(), p => Assert.Empty((Listener with { Protocol = p }).Validate()));
        Assert.All(Enum.GetValues<TlsMode>(), m => Assert.Empty((Listener with { TlsMode = m }).Validate()));
        Assert.All(Enum.GetValues<HostMatchType>(), t => Assert.Empty((Route with { Hosts = [new HostMatch("a.example", t)] }).Validate()));
        Assert.All(Enum.GetValues<PathMatchType>(), t => Assert.Empty((Route with { Matches = [new RouteMatch(new PathMatch(t, "/"))] }).Validate()));
        Assert.All(Enum.GetValues<ValueMatchType>(), t => Assert.Empty((Route with { Matches = [Match with { Headers = [new NameValueMatch("a", t, ["b"])] }] }).Validate()));
    }

    [Fact]
    public void CompileExpression_OfAValue_SearchesAnywhereAndOfAPathAtTheStart()
    {
        Assert.Equal([true, true, false], new[] { "b", "abc", "aBc" }.Select(v => NameValueMatch.CompileExpression("b").IsMatch(v)));
        Assert.Equal([true, false], new[] { "/b/c", "/a/b" }.Select(v => new PathMatch(PathMatchType.Regex, "/b").CompileExpression().IsMatch(v)));
    }

    [Theory]
    [InlineData("(", "is not a regular expression")]
    [InlineData("(a)\\1", "needs backtracking")]
    public void Validate_ExpressionOfAValue_IsCompiledAsTheProxyDoes(string expression, string fault)
    {
        var problem = Assert.Single((Route with { Matches = [Match with { Headers = [new NameValueMatch("a", ValueMatchType.Regex, [expression])] }] }).Validate());
        Assert.Equal("matches[0].headers[0]", problem.Field);
        Assert.Contains(fault, problem.Message, StringComparison.Ordinal);
    }

    /// <summary>What goes into a Set-Cookie header must not be able to end it, or be refused by the server with every answer.</summary>
    [Theory]
    [InlineData("a;b", "/", "hash.key.name")]
    [InlineData("", "/", "hash.key.name")]
    [InlineData("ü", "/", "hash.key.name")]
    [InlineData("user", "shop", "hash.cookiePath")]
    [InlineData("user", "/;domain=x", "hash.cookiePath")]
    [InlineData("user", "/\n", "hash.cookiePath")]
    public void Validate_HashCookieThatFitsNoHeader_NamesTheField(string name, string path, string field)
    {
        var hash = new ConsistentHash(new HashKey(HashSource.Cookie, name)) { CookiePath = path };
        Assert.StartsWith(field, Assert.Single((Backend with { LoadBalancing = LoadBalancing.ConsistentHashing, Hash = hash }).Validate()).ToString(), StringComparison.Ordinal);
    }
}
