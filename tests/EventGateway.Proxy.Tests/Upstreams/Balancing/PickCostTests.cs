using System.Net;
using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

/// <summary>What a pick may cost: no byte. Times are not asserted.</summary>
public sealed class PickCostTests
{
    private const int Picks = 1_000;

    public static readonly TheoryData<LoadBalancing, HashSource, string, int, bool> Cases = new()
    {
        { LoadBalancing.RoundRobin, HashSource.None, "", 0, false },
        { LoadBalancing.RoundRobin, HashSource.None, "", 0, true },
        { LoadBalancing.LeastConnections, HashSource.None, "", 0, false },
        { LoadBalancing.Latency, HashSource.None, "", 0, false },
        { LoadBalancing.ConsistentHashing, HashSource.Path, "", 0, false },
        { LoadBalancing.ConsistentHashing, HashSource.Path, "", 125, false },
        { LoadBalancing.ConsistentHashing, HashSource.Ip, "", 0, false },
        { LoadBalancing.ConsistentHashing, HashSource.Header, "X-User", 0, false },
        { LoadBalancing.ConsistentHashing, HashSource.Cookie, "user", 0, false },
        { LoadBalancing.ConsistentHashing, HashSource.Query, "user", 0, false },
        { LoadBalancing.ConsistentHashing, HashSource.None, "", 0, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pick_Any_AllocatesNothing(LoadBalancing balancing, HashSource source, string name, int bound, bool isSticky)
    {
        foreach (var endpoints in new[] { Pool.Equal(3), Pool.OfWeights(5, 3, 1), Pool.Equal(200) })
        {
            var hash = new ConsistentHash(new HashKey(source, name)) { BoundPercent = bound };
            var picker = Pool.Picker(balancing, endpoints, hash: hash, sticky: isSticky ? new StickyCookie("session") : null);
            Assert.Equal(0, Allocated(picker, endpoints, isTried: false));
            Assert.Equal(0, Allocated(picker, endpoints, isTried: true));
        }
    }

    [Fact]
    public async Task Pick_WhilePoolsChange_AlwaysOneOfThePool()
    {
        var all = Pool.Equal(20);
        foreach (var endpoint in all)
        {
            endpoint.Latency = new LatencyAverage();
        }

        var pool = new EndpointPool(all, Pool.Picker(LoadBalancing.RoundRobin, all));
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var picks = 0L;
            var context = Context(all[3]);
            while (!stop.IsCancellationRequested)
            {
                var now = Volatile.Read(ref pool);
                var picked = now.Picker.Pick(context, Pool.Request());
                Assert.True(now.Usable.Contains(picked!));
                picked!.Begin();
                picked.End();
                picks++;
            }

            return picks;
        })).ToList();
        for (var i = 0; i < 2_000; i++)
        {
            EndpointState[] usable = [.. all.Where((_, e) => (e + i) % 7 != 0).Skip(i % 5)];
            usable[0].Weight = 1 + (i % 3);
            var sticky = i % 3 == 0 ? new StickyCookie("session") : null;
            Volatile.Write(ref pool, new EndpointPool(usable, Pool.Picker((LoadBalancing)(i % 4), usable, pool.Picker, sticky: sticky)));
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), picks => Assert.True(picks > 0));
        Assert.All(all.InFlight(), n => Assert.Equal(0, n));
    }

    private static long Allocated(IEndpointPicker picker, EndpointState[] endpoints, bool isTried)
    {
        var context = Context(endpoints[1]);
        var request = Pool.Request(isTried ? endpoints[0] : null);
        // Whatever is made once, on first use, is made in the first run. A collection of another thread's garbage may count this
        // thread's unused allocation buffer as allocated, so the least of a few runs is what a pick allocates.
        return Enumerable.Range(0, 5).Select(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(picker, context, request, Picks);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }).Min();
    }

    private static void Run(IEndpointPicker picker, HttpContext context, Proxy.Pipeline.GatewayRequest request, int picks)
    {
        for (var i = 0; i < picks; i++)
        {
            var endpoint = picker.Pick(context, request)!;
            endpoint.Begin();
            if (i % 3 == 0)
            {
                endpoint.Latency?.Observe(TimeSpan.FromMilliseconds(i % 10), TimeSpan.FromMilliseconds(i));
            }

            if (i % 5 != 0)
            {
                endpoint.End();
            }
        }
    }

    private static DefaultHttpContext Context(EndpointState sticky) => new()
    {
        Connection = { RemoteIpAddress = IPAddress.Parse("::ffff:192.0.2.1") },
        Request =
        {
            Path = "/a/b",
            QueryString = new QueryString("?x=1&user=alice"),
            Headers = { ["X-User"] = "alice", ["Cookie"] = $"a=b; user=alice; session={EndpointTokens.WithoutKey.Of(sticky)[0]}" },
        },
    };
}
