using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Routing;

/// <summary>Costs in bytes, which a busy machine does not change.</summary>
public sealed class TableCostTests
{
    private const int Many = 100_000;

    [Theory]
    [InlineData("h77.example.com:8000", "/p77/x")]
    [InlineData("H77.EXAMPLE.COM.", "/p77")]
    [InlineData("a.b.wild.example", "/deep/er/path")]
    [InlineData("regex.example", "/v1/items/42")]
    [InlineData("conditions.example", "/x")]
    [InlineData("junk.invalid", "/nothing")]
    [InlineData("", "/")]
    public void TryMatch_AnyRequest_AllocatesNothing(string host, string path)
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        log.Put(
        [
            .. Enumerable.Range(0, 1000).Select(i => Config.Route($"r{i}", $"h{i}.example.com", $"/p{i}")),
            Config.Route("wild", "**.wild.example", "/deep"),
            Config.Route("regex", "regex.example", "/v[0-9]+/items/(?<id>[0-9]+)", type: PathMatchType.Regex) with { StripPath = true },
            Conditions("header", new RouteMatch(new PathMatch(PathMatchType.Prefix, "/")) { Headers = [new NameValueMatch("x-canary", ValueMatchType.Regex, ["^(yes|no)$"])], Priority = 3 }),
            Conditions("query", new RouteMatch(new PathMatch(PathMatchType.Prefix, "/")) { Query = [new NameValueMatch("b", ValueMatchType.Exact, ["2"])], Priority = 2 }),
        ]);
        var request = new RouteRequest(host, path, "GET", false, new HeaderDictionary { ["x-canary"] = "maybe" }, "?a=1&b=2");
        var before = 0L;
        var after = 0L;
        for (var round = 0; round < 2; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                table.TryMatch(in request, out _);
            }

            after = GC.GetAllocatedBytesForCurrentThread();
        }

        Assert.Equal(0, after - before);
    }

    [Theory]
    [InlineData("unique")]
    [InlineData("shared")]
    [InlineData("onehost")]
    public void OnImage_OneRouteAmongManyChanges_CostDoesNotGrow(string shape)
    {
        var few = BytesPerChange(shape, 1000);
        var many = BytesPerChange(shape, Many);
        Assert.InRange(many, 0, 6 * 1024);
        Assert.InRange(many, 0, few + 1024);
    }

    [Fact]
    public void OnImage_OneEndpointAmongManyChanges_CostDoesNotGrow()
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        log.Put([.. Enumerable.Range(0, Many / 10).SelectMany(i => new Entity[] { Config.Backend($"b{i}"), Config.Endpoints($"b{i}", 1000), Config.Route($"r{i}", $"h{i}", "/", $"b{i}") })]);
        var bytes = Median(() => log.Put(Config.Addresses("b500", 1000, new EndpointAddress($"10.0.0.{Random.Shared.Next(255)}"))), log);
        Assert.InRange(bytes, 0, 6 * 1024);
    }

    private static long BytesPerChange(string shape, int count)
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        log.Put([Config.Backend("echo"), Config.Endpoints("echo", 1000), .. Enumerable.Range(0, count).Select(i => RouteOf(shape, i))]);
        var backend = 0;
        return Median(() => log.Put(RouteOf(shape, count / 2) with { Backends = Config.Weights(($"b{backend++ % 2}", 1)) }), log);
    }

    // Without what the image itself costs: its map is log(n) deep.
    private static long Median(Action change, TestLog log)
    {
        var samples = new List<long>();
        for (var i = 0; i < 51; i++)
        {
            change();
            samples.Add(log.PublisherBytes);
        }

        samples.Sort();
        return samples[samples.Count / 2];
    }

    private static Route RouteOf(string shape, int i) => shape switch
    {
        "unique" => Config.Route($"r{i}", $"h{i}.example.com", $"/p{i}"),
        "shared" => Config.Route($"r{i}", $"h{i}.example.com", "/"),
        _ => Config.Route($"r{i}", "one.example.com", $"/p{i}"),
    };

    private static Route Conditions(string name, RouteMatch match) => Config.Route(name, "conditions.example", "/") with { Matches = [match] };
}
