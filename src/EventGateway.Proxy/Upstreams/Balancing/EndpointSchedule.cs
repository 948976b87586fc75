using EventGateway.Proxy.Pipeline;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// Whose turn it is, by weight, as a table made once per pool: looking a turn up costs the same for any weights and any number of endpoints.
/// The turns of one endpoint are spread evenly over the table, so that 5:1:1 does not send five requests in a row to one. Equal weights need no
/// table. Weights whose sum has no small enough common measure fill a table of bounded length; what does not divide evenly is kept exact by
/// some turns that are drawn by lot.
/// </summary>
internal sealed class EndpointSchedule
{
    private const int MinCap = 4096;
    private const int CapPerEndpoint = 8;

    // Multiples of it, without their whole part, lie as far apart as can be (Weyl): endpoints of equal weight do not come in clusters.
    private const double GoldenRatio = 0.6180339887498949;

    // A turn drawn by lot.
    private const int ByLot = -1;

    private readonly EndpointState[] _endpoints;
    private readonly int[]? _turns;
    private readonly long[] _lots = [];

    /// <param name="endpoints">At least one.</param>
    public EndpointSchedule(EndpointState[] endpoints)
    {
        _endpoints = endpoints;
        var weights = new long[endpoints.Length];
        var sum = 0L;
        var measure = 0L;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Max(1, endpoints[i].Weight);
            sum += weights[i];
            measure = CommonMeasure(weights[i], measure);
        }

        if (sum == weights[0] * weights.Length && measure == weights[0])
        {
            return;
        }

        var length = Math.Min(sum / measure, Math.Max(MinCap, (long)CapPerEndpoint * endpoints.Length));
        (_turns, _lots) = Spread(weights, sum, (int)length);
    }

    /// <summary>After how many turns they repeat.</summary>
    public int Length => _turns?.Length ?? _endpoints.Length;

    public EndpointState At(uint turn)
    {
        if (_turns is null)
        {
            return _endpoints[turn % (uint)_endpoints.Length];
        }

        var index = _turns[turn % (uint)_turns.Length];
        return _endpoints[index == ByLot ? DrawLot() : index];
    }

    /// <summary>One by chance, in proportion to the weights.</summary>
    public EndpointState Any() => At((uint)Random.Shared.Next());

    /// <summary>The next one that was not tried; null: all were.</summary>
    public EndpointState? UntriedAfter(uint turn, GatewayRequest request)
    {
        // By turns first, so that those of small weight are not flooded by what a failing big one gives up.
        for (var i = 1u; i <= 2 * (uint)_endpoints.Length; i++)
        {
            var endpoint = At(turn + i);
            if (!request.HasTried(endpoint))
            {
                return endpoint;
            }
        }

        foreach (var endpoint in _endpoints)
        {
            if (!request.HasTried(endpoint))
            {
                return endpoint;
            }
        }

        return null;
    }

    private int DrawLot()
    {
        var index = Array.BinarySearch(_lots, Random.Shared.NextInt64(_lots[^1]) + 1);
        return index < 0 ? ~index : FirstOf(index);
    }

    // Those that have no part in the lots repeat the bound of the one before.
    private int FirstOf(int index)
    {
        while (index > 0 && _lots[index - 1] == _lots[index])
        {
            index--;
        }

        return index;
    }

    private static (int[] Turns, long[] Lots) Spread(long[] weights, long sum, int length)
    {
        var turns = new int[length];
        var times = new double[length];
        var lots = new long[weights.Length];
        var next = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var count = (int)(weights[i] * length / sum);
            lots[i] = (weights[i] * length % sum) + (i == 0 ? 0 : lots[i - 1]);
            next = Place(turns, times, next, i, count, (i + 1) * GoldenRatio % 1);
        }

        Place(turns, times, next, ByLot, length - next, 0.5);
        Array.Sort(times, turns);
        return (turns, lots);
    }

    private static int Place(int[] turns, double[] times, int next, int index, int count, double phase)
    {
        for (var k = 0; k < count; k++)
        {
            turns[next] = index;
            times[next] = (k + phase) / count;
            next++;
        }

        return next;
    }

    private static long CommonMeasure(long left, long right)
    {
        while (right != 0)
        {
            (left, right) = (right, left % right);
        }

        return left;
    }
}
