using CsCheck;
using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

public sealed class RoundRobinTests
{
    private static readonly Gen<int[]> SomeWeights = Gen.Int[1, 30].Array[1, 12];

    [Fact]
    public void Schedule_AnyWeights_ExactInEveryRound() => SomeWeights.Sample(weights =>
    {
        var endpoints = Pool.OfWeights(weights);
        var schedule = new EndpointSchedule(endpoints);
        var round = Turns(schedule, endpoints);
        var counts = weights.Select((_, i) => round.Count(t => t == i));
        Assert.Equal(weights.Select(w => w * round.Length / weights.Sum()), counts);
        Assert.Equal(0, weights.Sum() % round.Length);
    });

    [Fact]
    public void Schedule_AnyWeights_TurnsAreSpread() => SomeWeights.Sample(weights =>
    {
        var endpoints = Pool.OfWeights(weights);
        var round = Turns(new EndpointSchedule(endpoints), endpoints);
        for (var i = 0; i < weights.Length; i++)
        {
            // Two turns of one endpoint are a full spacing apart; each other endpoint may have one turn more or less in between.
            var places = round.Index().Where(t => t.Item == i).Select(t => t.Index).ToList();
            var spacing = (double)round.Length / places.Count;
            Assert.All(places.Zip([.. places.Skip(1), places[0] + round.Length]), p => Assert.InRange(p.Second - p.First, spacing - weights.Length, spacing + weights.Length));
        }
    });

    [Fact]
    public void Schedule_FiveOneOne_NoBurst()
    {
        var endpoints = Pool.OfWeights(5, 1, 1);
        var round = Turns(new EndpointSchedule(endpoints), endpoints);
        Assert.Equal(7, round.Length);
        var run = 0;
        var longest = 0;
        foreach (var turn in round.Concat(round))
        {
            run = turn == 0 ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        Assert.InRange(longest, 1, 3);
    }

    [Fact]
    public void Schedule_EqualWeights_NoTable()
    {
        Assert.Equal(3, new EndpointSchedule(Pool.OfWeights(100, 100, 100)).Length);
        Assert.Equal(1, new EndpointSchedule(Pool.OfWeights(7)).Length);
        Assert.Equal(2, new EndpointSchedule(Pool.OfWeights(65535, 65535)).Length);
    }

    [Theory]
    [InlineData(65535, 1, 1)]
    [InlineData(65521, 32749, 3)]
    [InlineData(60013, 60013, 59999)]
    public void Schedule_WeightsWithoutSmallMeasure_BoundedAndExactOnAverage(int a, int b, int c)
    {
        var endpoints = Pool.OfWeights(a, b, c);
        var schedule = new EndpointSchedule(endpoints);
        Assert.InRange(schedule.Length, 3, 4096);
        const int Picks = 2_000_000;
        var counts = new int[3];
        for (var i = 0u; i < Picks; i++)
        {
            counts[Array.IndexOf(endpoints, schedule.At(i))]++;
        }

        for (var i = 0; i < 3; i++)
        {
            var expected = Picks * (double)endpoints[i].Weight / (a + b + c);
            Assert.InRange(counts[i], expected - (6 * Math.Sqrt(expected)) - 1, expected + (6 * Math.Sqrt(expected)) + 1);
        }
    }

    [Fact]
    public void Pick_ManyThreads_ExactShares()
    {
        var endpoints = Pool.OfWeights(4, 2, 1);
        var picker = Pool.Picker(LoadBalancing.RoundRobin, endpoints);
        var counts = new int[3];
        Parallel.For(0, 8, _ =>
        {
            foreach (var (i, count) in picker.Count(endpoints, 7_000).Index())
            {
                Interlocked.Add(ref counts[i], count);
            }
        });
        Assert.Equal([32_000, 16_000, 8_000], counts);
    }

    [Fact]
    public void Pick_ManyProxies_DoNotStartAtTheSameEndpoint()
    {
        var endpoints = Pool.Equal(4);
        var firsts = Enumerable.Range(0, 400).Select(_ => Pool.Picker(LoadBalancing.RoundRobin, endpoints).Pick(Pool.Context(), Pool.Request())!.Id).CountBy(id => id);
        Assert.Equal(4, firsts.Count());
        Assert.All(firsts, f => Assert.InRange(f.Value, 50, 150));
    }

    [Fact]
    public void Change_WithEveryRequest_AllGetTheirShare()
    {
        // A rotation that began anew with every pool would only ever reach the first endpoint.
        var endpoints = Pool.Equal(5);
        IEndpointPicker? picker = null;
        var counts = new int[5];
        for (var i = 0; i < 500; i++)
        {
            picker = Pool.Picker(i % 2 == 0 ? LoadBalancing.RoundRobin : LoadBalancing.LeastConnections, endpoints, picker);
            counts[Array.IndexOf(endpoints, picker.Pick(Pool.Context(), Pool.Request()))]++;
        }

        Assert.All(counts, c => Assert.Equal(100, c));
    }

    [Fact]
    public void Change_OfPoolsThatWereEmpty_BackendsDoNotShareTurns()
    {
        var endpoints = Pool.Equal(2);
        var one = (RoundRobinPicker)Pool.Picker(LoadBalancing.RoundRobin, endpoints, EndpointPool.Empty.Picker);
        var other = (RoundRobinPicker)Pool.Picker(LoadBalancing.RoundRobin, endpoints, EndpointPool.Empty.Picker);
        Assert.NotSame(one.Rotation, other.Rotation);
        Assert.Null(EndpointPool.Empty.Picker.Pick(Pool.Context(), Pool.Request()));
    }

    [Fact]
    public void Pick_Tried_Another()
    {
        var endpoints = Pool.OfWeights(1000, 1);
        var picker = Pool.Picker(LoadBalancing.RoundRobin, endpoints);
        for (var i = 0; i < 2_000; i++)
        {
            Assert.Same(endpoints[1], picker.Pick(Pool.Context(), Pool.Request(endpoints[0])));
            Assert.Same(endpoints[0], picker.Pick(Pool.Context(), Pool.Request(endpoints[1])));
        }

        Assert.Null(Pool.Picker(LoadBalancing.RoundRobin, [endpoints[0]]).Pick(Pool.Context(), Pool.Request(endpoints[0])));
    }

    private static int[] Turns(EndpointSchedule schedule, EndpointState[] endpoints) =>
        [.. Enumerable.Range(0, schedule.Length).Select(t => Array.IndexOf(endpoints, schedule.At((uint)t)))];
}
