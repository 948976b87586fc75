using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Routing;

/// <summary>Readers that never stop while routes move about: each answer is that of the config before or the one after.</summary>
public sealed class ConcurrentChangeTests
{
    private static readonly Func<int, Route>[] Places =
    [
        i => Config.Route($"r{i}", "a.b.example", "/x", priority: 2),
        i => Config.Route($"r{i}", "*.b.example", "/x/y", priority: 5, type: PathMatchType.Exact),
        i => Config.Route($"r{i}", null, "/", priority: 1),
        i => Config.Route($"r{i}", "**.example", "/x/[a-z]$", priority: 3, type: PathMatchType.Regex),
        i => Config.Route($"r{i}", "a.b.example", "/x/y", priority: 9, type: PathMatchType.StartsWith),
    ];

    [Fact]
    public async Task TryMatch_RouteMovesAbout_IsNeverMissing()
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        log.Put(Places[0](0));
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                Assert.Equal("r0", table.Name("a.b.example", "/x/y"));
            }

            return count;
        })).ToArray();
        for (var i = 1; i <= 20_000 && !readers.Any(r => r.IsCompleted); i++)
        {
            log.Put(Places[i % Places.Length](0));
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), count => Assert.True(count > 1000));
    }

    [Fact]
    public async Task TryMatch_WholeSetsChangePlaces_OnlyTheOldOrTheNewBest()
    {
        // Each change set replaces all routes at once. Most of the second outrank all of the first: put in the wrong order, or taken out
        // in the wrong order, one that is never the best would answer.
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        Route[] first = [Named("best-a", Places[2])];
        Route[] second = [Named("third-b", Places[3]), Named("best-b", Places[4]), Named("last-b", Places[1]), Named("second-b", Places[0])];
        log.Put(first);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var seen = new HashSet<string>();
            while (!stop.IsCancellationRequested)
            {
                seen.Add(table.Name("a.b.example", "/x/y"));
            }

            return seen;
        })).ToArray();
        for (var i = 0; i < 10_000; i++)
        {
            var (put, remove) = i % 2 == 0 ? (second, first) : (first, second);
            log.Change(put, remove.Select(r => r.Key));
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), seen => Assert.Equal(["best-a", "best-b"], seen.Order()));
    }

    [Theory]
    [InlineData("backends come and go")]
    [InlineData("endpoints come and go")]
    public async Task Decide_RouteMovesAwayFromABackendThatEmpties_AlwaysHasAnEndpoint(string way)
    {
        var table = new RoutingTable();
        var log = new TestLog("shop", table);
        log.Put(Config.Backend("a"), Config.Backend("b"), Config.Endpoints("a", 1), Config.Endpoints("b", 2), Config.Route("r", null, "/", "a"));
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var empty = 0;
            while (!stop.IsCancellationRequested)
            {
                empty += table.Decide(Tables.Request("x", "/")).Endpoints is { Count: > 0 } ? 0 : 1;
            }

            return empty;
        })).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var (next, last, port) = i % 2 == 0 ? ("b", "a", 2) : ("a", "b", 1);
            if (way.StartsWith("backends", StringComparison.Ordinal))
            {
                log.Change([Config.Backend(next), Config.Route("r", null, "/", next)], [Config.BackendKey(last)]);
            }
            else
            {
                log.Put(Config.Endpoints(next, port), Config.Route("r", null, "/", next), Config.Endpoints(last, 3) with { Addresses = [] });
            }
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), empty => Assert.Equal(0, empty));
    }

    private static Route Named(string name, Func<int, Route> place) => place(0) with { Key = Config.RouteKey(name) };
}
