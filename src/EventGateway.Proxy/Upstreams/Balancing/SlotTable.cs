using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// Which endpoint owns each slot of a backend's ring. Every endpoint has a cost for every slot, made of its id, the slot's number and its
/// weight alone; the cheapest owns the slot (weighted rendezvous hashing: Thaler, Ravishankar, 1998; Schindelhauer, Schomaker, 2005). So all proxies
/// build the same table whatever order the endpoints came in, shares are in proportion to the weights, and a change moves nothing it need not:
/// an endpoint that leaves gives away its own slots, one that comes takes its share, all others stay where they are.
/// A table is made from the last one in O(slots) for an endpoint that comes or leaves; from nothing in O(slots * endpoints).
/// </summary>
internal sealed class SlotTable
{
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private readonly EndpointState[] _endpoints;
    private readonly ulong[] _seeds;
    private readonly double[] _weights;
    private readonly int[] _owners;

    private SlotTable(EndpointState[] endpoints, int slots, SlotTable? previous)
    {
        _endpoints = endpoints;
        _seeds = new ulong[endpoints.Length];
        _weights = new double[endpoints.Length];
        for (var i = 0; i < endpoints.Length; i++)
        {
            _seeds[i] = HashOf(endpoints[i].Id);
            _weights[i] = Math.Max(1, endpoints[i].Weight);
        }

        _owners = previous is not null && previous._owners.Length == slots ? From(previous) : FromNothing(slots);
    }

    public int Slots => _owners.Length;

    /// <param name="endpoints">At least one.</param>
    /// <param name="previous">Of the pool that is replaced; null: none.</param>
    public static SlotTable Of(EndpointState[] endpoints, int slots, SlotTable? previous) => new(endpoints, slots, previous);

    public static ulong HashOf(ReadOnlySpan<char> text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text));

    public int SlotOf(ulong hash) => (int)Math.BigMul(hash, (ulong)_owners.Length, out _);

    public EndpointState OwnerOf(int slot) => _endpoints[_owners[slot]];

    /// <summary>The owner the slot would have if there were only those that are accepted; null: none is.</summary>
    public EndpointState? OwnerAmong<TState>(int slot, Func<EndpointState, TState, bool> accepts, TState state)
    {
        var best = -1;
        var bestCost = double.PositiveInfinity;
        for (var i = 0; i < _endpoints.Length; i++)
        {
            if (accepts(_endpoints[i], state))
            {
                Compete(slot, i, ref best, ref bestCost);
            }
        }

        return best < 0 ? null : _endpoints[best];
    }

    private int[] FromNothing(int slots)
    {
        var owners = new int[slots];
        for (var slot = 0; slot < owners.Length; slot++)
        {
            owners[slot] = Cheapest(slot);
        }

        return owners;
    }

    private int[] From(SlotTable previous)
    {
        var (places, added) = Compare(previous);
        var gone = places.Count(p => p < 0);
        if (gone + added.Count == 0 && places.Index().All(p => p.Index == p.Item))
        {
            return previous._owners;
        }

        if (gone + added.Count >= _endpoints.Length)
        {
            return FromNothing(previous._owners.Length);
        }

        var owners = new int[previous._owners.Length];
        for (var slot = 0; slot < owners.Length; slot++)
        {
            var best = places[previous._owners[slot]];
            if (best < 0)
            {
                owners[slot] = Cheapest(slot);
                continue;
            }

            var cost = added.Count == 0 ? 0 : CostOf(slot, best);
            foreach (var rival in CollectionsMarshal.AsSpan(added))
            {
                Compete(slot, rival, ref best, ref cost);
            }

            owners[slot] = best;
        }

        return owners;
    }

    /// <summary>Where the endpoints of the last table stand in this one (-1: gone, or of another weight), and who is new.</summary>
    private (int[] Places, List<int> Added) Compare(SlotTable previous)
    {
        var known = new Dictionary<(ulong Seed, double Weight), int>(_endpoints.Length);
        for (var i = 0; i < _endpoints.Length; i++)
        {
            known[(_seeds[i], _weights[i])] = i;
        }

        var places = new int[previous._endpoints.Length];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = known.Remove((previous._seeds[i], previous._weights[i]), out var place) ? place : -1;
        }

        return (places, [.. known.Values]);
    }

    private int Cheapest(int slot)
    {
        var best = -1;
        var bestCost = double.PositiveInfinity;
        for (var i = 0; i < _endpoints.Length; i++)
        {
            Compete(slot, i, ref best, ref bestCost);
        }

        return best;
    }

    private void Compete(int slot, int rival, ref int best, ref double bestCost)
    {
        var cost = CostOf(slot, rival);
        if (cost < bestCost || best < 0 || (cost == bestCost && string.CompareOrdinal(_endpoints[rival].Id, _endpoints[best].Id) < 0))
        {
            best = rival;
            bestCost = cost;
        }
    }

    // Exponentially distributed with the weight as its rate: the least of several is each one's in proportion to its weight.
    private double CostOf(int slot, int index) => MinusLogarithm(Mix(_seeds[index] + ((ulong)(uint)slot * Spread))) / _weights[index];

    /// <summary>
    /// -ln of the bits read as a fraction of 1, to a millionth. Not Math.Log: what that returns may differ in its last bit from one platform to another,
    /// and proxies on both would not agree on every slot.
    /// </summary>
    internal static double MinusLogarithm(ulong bits)
    {
        const double Ln2 = 0.6931471805599453;
        var fraction = (bits >> 11) | 1;
        var exponent = BitOperations.Log2(fraction);
        var mantissa = fraction / (double)(1UL << exponent);
        var t = (mantissa - 1) / (mantissa + 1);
        var square = t * t;
        var series = 1 + (square * ((1 / 3.0) + (square * ((1 / 5.0) + (square * ((1 / 7.0) + (square * (1 / 9.0))))))));
        return ((53 - exponent) * Ln2) - (2 * t * series);
    }

    // Every bit of the input changes every bit of the output by half (the finalizer of SplitMix64, Steele, Lea, Flood, 2014).
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
