using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Pipeline;

public sealed class BalancingTests
{
    [Fact]
    public async Task Forward_SeveralReadyEndpoints_InTurn()
    {
        await using var a = await UpstreamServer.NamedAsync("a");
        await using var b = await UpstreamServer.NamedAsync("b");
        await using var c = await UpstreamServer.NamedAsync("c");
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Slice("1", a), Slice("2", b), Slice("3", c), Config.Backend("echo"), Config.Route("r", null, "/"));
        var answers = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            answers.Add(await gateway.GetTextAsync("x"));
        }

        Assert.All(answers.CountBy(n => n), n => Assert.Equal(10, n.Value));
        Assert.Equal(answers.Take(3), answers.Skip(27));
    }

    [Fact]
    public async Task Forward_WeightedBackends_ZeroNever()
    {
        await using var a = await UpstreamServer.NamedAsync("a");
        await using var b = await UpstreamServer.NamedAsync("b");
        await using var c = await UpstreamServer.NamedAsync("c");
        await using var gateway = await GatewayHost.StartAsync();
        var log = gateway.Log();
        log.Put(
            Config.Endpoints("a", a.Port), Config.Endpoints("b", b.Port), Config.Endpoints("c", c.Port), Config.Backend("a"), Config.Backend("b"), Config.Backend("c"),
            Config.Route("r", null, "/") with { Backends = Config.Weights(("a", 3), ("b", 1), ("c", 0)) });
        var counts = await CountAsync(gateway, 400);
        Assert.Equal(["a", "b"], counts.Keys.Order());
        Assert.InRange(counts["a"], 240, 350);
        log.Put(Config.Route("r", null, "/") with { Backends = Config.Weights(("a", 0), ("b", 0), ("c", 7)) });
        Assert.Equal(["c"], (await CountAsync(gateway, 20)).Keys);
    }

    [Fact]
    public async Task Change_EndpointGone_NoRequestGoesThereAfterwards()
    {
        await using var gone = await UpstreamServer.NamedAsync("gone");
        await using var stays = await UpstreamServer.NamedAsync("stays");
        await using var gateway = await GatewayHost.StartAsync();
        var log = gateway.Log();
        log.Put(Slice("1", gone), Slice("2", stays), Config.Backend("echo"), Config.Route("r", null, "/"));
        for (var round = 0; round < 50; round++)
        {
            Assert.Contains("gone", new[] { await gateway.GetTextAsync("x"), await gateway.GetTextAsync("x") });
            log.Remove(EntityKey.Endpoints("ns", "slice-1"));
            Assert.Equal(["stays", "stays", "stays"], new[] { await gateway.GetTextAsync("x"), await gateway.GetTextAsync("x"), await gateway.GetTextAsync("x") });
            log.Put(Slice("1", gone));
        }
    }

    private static Endpoints Slice(string name, UpstreamServer server) => Config.Endpoints($"slice-{name}", server.Port) with { Group = "ns/echo" };

    private static async Task<Dictionary<string, int>> CountAsync(GatewayHost gateway, int requests)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => gateway.GetTextAsync("x")));
        return answers.CountBy(a => a).ToDictionary();
    }
}
