using CsCheck;
using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

public sealed class SlotTableTests
{
    private const int Slots = ConsistentHash.DefaultSlots;

    // Each endpoint by its number; 0: not there.
    private static readonly Gen<int[]> SomeWeights = Gen.Int[0, 4].Array[2, 12].Where(w => w.Count(v => v > 0) > 1);

    [Fact]
    public void Of_AnyOrder_SameTable() => SomeWeights.Sample(weights =>
    {
        var endpoints = Endpoints(weights);
        EndpointState[] reversed = [.. endpoints.Reverse()];
        Assert.Equal(Owners(SlotTable.Of(endpoints, 500, null)), Owners(SlotTable.Of(reversed, 500, null)));
    });

    [Fact]
    public void Of_AnyChange_SameAsFromNothing() => Gen.Select(SomeWeights, SomeWeights).Sample((before, after) =>
    {
        var previous = SlotTable.Of(Endpoints(before), 500, null);
        EndpointState[] endpoints = [.. Endpoints(after).Reverse()];
        Assert.Equal(Owners(SlotTable.Of(endpoints, 500, null)), Owners(SlotTable.Of(endpoints, 500, previous)));
    });

    [Fact]
    public void Of_OneOfManyGone_MovesItsOwnSlotsOnly() => Gen.Select(Gen.Int[2, 30], Gen.Int[0, 29]).Sample((count, gone) =>
    {
        var endpoints = Pool.Equal(count);
        gone %= count;
        var before = Owners(SlotTable.Of(endpoints, Slots, null));
        var after = Owners(SlotTable.Of([.. endpoints.Where((_, i) => i != gone)], Slots, null));
        Assert.DoesNotContain(before.Zip(after), pair => pair.First != pair.Second && pair.First != endpoints[gone].Id);
        var moved = before.Count(id => id == endpoints[gone].Id);
        Assert.InRange(moved, (Slots / (double)count) - Spread(Slots / (double)count), (Slots / (double)count) + Spread(Slots / (double)count));
    });

    [Fact]
    public void Of_OneMore_TakesItsShareAndMovesNothingElse() => Gen.Int[1, 30].Sample(count =>
    {
        var endpoints = Pool.Equal(count + 1);
        var before = Owners(SlotTable.Of(endpoints[..count], Slots, null));
        var after = Owners(SlotTable.Of(endpoints, Slots, null));
        Assert.DoesNotContain(before.Zip(after), pair => pair.First != pair.Second && pair.Second != endpoints[count].Id);
    });

    [Fact]
    public void Of_Weights_SlotsInProportion() => SomeWeights.Sample(weights =>
    {
        var owners = Owners(SlotTable.Of(Endpoints(weights), Slots, null)).CountBy(id => id).ToDictionary();
        foreach (var endpoint in Endpoints(weights))
        {
            var expected = Slots * (double)endpoint.Weight / weights.Sum();
            Assert.InRange(owners[endpoint.Id], expected - Spread(expected), expected + Spread(expected));
        }
    });

    [Fact]
    public void Of_WeightRaised_OnlyGains()
    {
        var before = Owners(SlotTable.Of(Pool.OfWeights(100, 100, 100), Slots, null));
        var after = Owners(SlotTable.Of(Pool.OfWeights(150, 100, 100), Slots, null));
        Assert.DoesNotContain(before.Zip(after), pair => pair.First != pair.Second && pair.Second != "10.0.0.0:80");
    }

    [Fact]
    public void SlotOf_Keys_SpreadOverAllSlots()
    {
        var table = SlotTable.Of(Pool.Equal(1), 10, null);
        var counts = Enumerable.Range(0, 100_000).Select(i => table.SlotOf(SlotTable.HashOf($"key-{i}"))).CountBy(s => s).ToDictionary();
        Assert.Equal(Enumerable.Range(0, 10), counts.Keys.Order());
        Assert.All(counts.Values, c => Assert.InRange(c, 9_500, 10_500));
    }

    [Fact]
    public void OwnerAmong_WithoutTheOwner_AsIfItWereNotThere()
    {
        var endpoints = Pool.OfWeights(1, 2, 3, 4);
        var table = SlotTable.Of(endpoints, 500, null);
        var without = endpoints.Select(gone => SlotTable.Of([.. endpoints.Where(e => e != gone)], 500, null)).ToList();
        for (var slot = 0; slot < 500; slot++)
        {
            var owner = table.OwnerOf(slot);
            Assert.Same(without[Array.IndexOf(endpoints, owner)].OwnerOf(slot), table.OwnerAmong(slot, static (e, o) => e != o, owner));
        }

        Assert.Null(table.OwnerAmong(0, static (_, _) => false, 0));
    }

    [Fact]
    public void MinusLogarithm_AnyBits_CloseToMath() => Gen.ULong.Sample(bits =>
        Assert.Equal(-Math.Log(((bits >> 11) | 1) / (double)(1UL << 53)), SlotTable.MinusLogarithm(bits), 0.00001));

    [Fact]
    public void Owner_KnownIds_IsFixedForever()
    {
        // Proxies of several versions run side by side during an upgrade: they have to agree. These were recorded once.
        var table = SlotTable.Of([Pool.Endpoint("10.1.2.3:8080", 100), Pool.Endpoint("[fd00::1]:8080", 50), Pool.Endpoint("pod.example:80", 100)], Slots, null);
        var owners = new[] { "alice", "bob", "carol", "dave", "eve", "frank", "grace", "heidi" }.Select(k => table.OwnerOf(table.SlotOf(SlotTable.HashOf(k))).Id[..4]);
        Assert.Equal("pod. 10.1 pod. [fd0 pod. 10.1 pod. pod.", string.Join(' ', owners));
    }

    [Fact]
    public void Of_ChangeOfOneOfHundred_CostsOneTable()
    {
        var endpoints = Pool.Equal(101);
        var table = SlotTable.Of(endpoints[..100], Slots, null);
        _ = SlotTable.Of(endpoints, Slots, table);
        Assert.InRange(Allocated(() => SlotTable.Of(endpoints, Slots, table)), Slots * sizeof(int), (Slots * sizeof(int)) + 16_000);
        Assert.InRange(Allocated(() => SlotTable.Of(endpoints[..99], Slots, table)), Slots * sizeof(int), (Slots * sizeof(int)) + 16_000);
        // The same endpoints: the same table.
        Assert.InRange(Allocated(() => SlotTable.Of(endpoints[..100], Slots, table)), 0, 16_000);
    }

    private static long Allocated(Func<SlotTable> make)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(make());
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static double Spread(double expected) => 6 * Math.Sqrt(expected);

    private static EndpointState[] Endpoints(int[] weights) => [.. Pool.OfWeights(weights).Where(e => e.Weight > 0)];

    private static List<string> Owners(SlotTable table) => [.. Enumerable.Range(0, table.Slots).Select(s => table.OwnerOf(s).Id)];
}
