using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Routing;

public sealed class WorkspaceConflictTests
{
    private const string Host = "shop.example";
    private readonly RoutingTable _table = new();
    private readonly TestLog _first;
    private readonly TestLog _second;

    public WorkspaceConflictTests()
    {
        _first = new TestLog("alpha", _table);
        _second = new TestLog("beta", _table);
    }

    [Fact]
    public void Claim_OlderRoute_OwnsTheSlotWhoeverComesFirst()
    {
        _first.Put(At("young", 2));
        _second.Put(At("old", 1));
        Assert.Equal("old", _table.Name(Host, "/"));
        Assert.Empty(_table.Refused(_second.Name));
        var refused = Assert.Single(_table.Refused(_first.Name));
        Assert.Equal("route/ns/young/0", refused.Key);
        Assert.Equal(
            "shop.example, path prefix / belongs to Ingress ns/old of workspace beta, which is older; use another host or path, or remove that one",
            refused.Reason);
    }

    [Fact]
    public void Claim_BothWithoutDate_SaysThatTheNameDecides()
    {
        _second.Put(At("b", 1) with { CreatedAt = null });
        _first.Put(At("a", 1) with { CreatedAt = null });
        Assert.Contains("of workspace alpha, whose name comes first; use another", Assert.Single(_table.Refused(_second.Name)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Claim_WinnerGoes_LoserIsRestored()
    {
        _first.Put(At("old", 1));
        _second.Put(At("young", 2), At("younger", 3) with { Matches = [Match("PUT", 5)] });
        Assert.Equal("old", _table.Name(Host, "/", "PUT"));
        Assert.Equal(2, _table.Refused(_second.Name).Count());
        _first.Remove(Config.RouteKey("old"));
        Assert.Equal("younger", _table.Name(Host, "/", "PUT"));
        Assert.Equal("young", _table.Name(Host, "/"));
        Assert.Empty(_table.Refused(_second.Name));
    }

    [Fact]
    public void Claim_LoserWithMoreConditions_IsShadowedEntirely()
    {
        _first.Put(At("old", 1) with { Matches = [Match("GET", 1)] });
        _second.Put(At("young", 2) with { Matches = [Match("PUT", 100)] });
        Assert.Equal("-", _table.Name(Host, "/", "PUT"));
    }

    [Fact]
    public void Claim_SameAge_WorkspaceNameDecides()
    {
        _second.Put(At("b", 1));
        _first.Put(At("z", 1));
        Assert.Equal("z", _table.Name(Host, "/"));
        _second.Put(At("b", 0));
        Assert.Equal("b", _table.Name(Host, "/"));
        _second.Put(At("b", 1) with { CreatedAt = null });
        Assert.Equal("z", _table.Name(Host, "/"));
    }

    [Fact]
    public void Claim_OwnersOldestRouteGoes_OwnershipMoves()
    {
        _first.Put(At("oldest", 1), At("youngest", 9) with { Matches = [Match("PUT", 7)] });
        _second.Put(At("middle", 5));
        Assert.Equal("youngest", _table.Name(Host, "/", "PUT"));
        _first.Remove(Config.RouteKey("oldest"));
        Assert.Equal("middle", _table.Name(Host, "/", "PUT"));
        Assert.Equal("route/ns/youngest/0", Assert.Single(_table.Refused(_first.Name)).Key);
    }

    [Fact]
    public void Claim_OtherPathTypeOrHost_IsNoConflict()
    {
        _first.Put(At("old", 1));
        _second.Put(Config.Route("exact", Host, "/", type: PathMatchType.Exact, priority: 9), Config.Route("starts", Host, "/a", type: PathMatchType.StartsWith, priority: 9), Config.Route("any", null, "/"));
        Assert.Equal(["exact", "starts", "old", "any"], new[] { _table.Name(Host, "/"), _table.Name(Host, "/ab"), _table.Name(Host, "/b"), _table.Name("x", "/") });
        Assert.Empty(_table.Refused(_second.Name));
    }

    [Fact]
    public void Claim_SameWorkspaceOfAnotherOrigin_Merges()
    {
        var other = new TestLog(new LogName("other", "alpha"), _table);
        _first.Put(At("get", 1) with { Matches = [Match("GET", 1)] });
        other.Put(At("put", 2) with { Matches = [Match("PUT", 1)] });
        Assert.Equal("get", _table.Name(Host, "/"));
        Assert.Equal("put", _table.Name(Host, "/", "PUT"));
        Assert.Empty(_table.Refused(other.Name));
    }

    [Fact]
    public void Claim_PartOfTheHosts_OnlyThoseAreLost()
    {
        _first.Put(At("old", 1));
        _second.Put(At("young", 2) with { Hosts = [Config.Host(Host), Config.Host("free.example")] });
        Assert.Equal("old", _table.Name(Host, "/"));
        Assert.Equal("young", _table.Name("free.example", "/"));
        Assert.Contains(Host, Assert.Single(_table.Refused(_second.Name)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Put_BadExpression_KeepsThePreviousVersionAndNamesTheObject()
    {
        _first.Put(Config.Route("r", Host, "/a"), Config.Route("other", Host, "/b"));
        _first.Put(Config.Route("r", Host, "/(", type: PathMatchType.Regex), Config.Route("other", Host, "/c"));
        Assert.Equal("r", _table.Name(Host, "/a"));
        Assert.Equal("other", _table.Name(Host, "/c"));
        Assert.Equal("-", _table.Name(Host, "/b"));
        Assert.StartsWith("route/ns/r/0: matches[0].path: '/(' is not a regular expression", Assert.Single(_table.Reasons(_first)), StringComparison.Ordinal);
        _first.Put(Config.Route("r", Host, "/(?=x)", type: PathMatchType.Regex));
        Assert.Contains("backtracking", Assert.Single(_table.Reasons(_first)), StringComparison.Ordinal);
        _first.Put(Config.Route("r", Host, "/d"));
        Assert.Empty(_table.Reasons(_first));
        Assert.Equal(["-", "r"], new[] { _table.Name(Host, "/a"), _table.Name(Host, "/d") });
    }

    [Fact]
    public void Remove_RouteThatWasRefused_ForgetsItAndItsPreviousVersion()
    {
        _first.Put(Config.Route("r", Host, "/a"));
        _first.Put(Config.Route("r", Host, "/(", type: PathMatchType.Regex));
        _first.Remove(Config.RouteKey("r"));
        Assert.Empty(_table.Reasons(_first));
        Assert.Equal("-", _table.Name(Host, "/a"));
    }

    private static Route At(string name, int day) => Config.Route(name, Host, "/", priority: 1) with { CreatedAt = Config.Epoch.AddDays(day) };

    private static RouteMatch Match(string method, ulong priority) => new(new PathMatch(PathMatchType.Prefix, "/")) { Methods = [method], Priority = priority };
}
