namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// The weighted backends of one route. One is chosen at random per request, in proportion to the weights; a backend of weight 0 is
/// never chosen. A backend without a ready endpoint keeps its share and answers 503 (as Gateway API asks).
/// </summary>
internal sealed class BackendChoice
{
    public static readonly BackendChoice None = new([], []);

    private readonly BackendState[] _backends;
    private readonly long[] _bounds;

    private BackendChoice(BackendState[] backends, long[] bounds)
    {
        _backends = backends;
        _bounds = bounds;
    }

    public ReadOnlySpan<BackendState> Backends => _backends;

    /// <param name="backends">In pairs with <paramref name="weights"/>.</param>
    public static BackendChoice From(BackendState[] backends, ReadOnlySpan<int> weights)
    {
        if (backends.Length == 0)
        {
            return None;
        }

        var bounds = new long[backends.Length];
        var sum = 0L;
        for (var i = 0; i < bounds.Length; i++)
        {
            sum += Math.Max(0, weights[i]);
            bounds[i] = sum;
        }

        return new BackendChoice(backends, bounds);
    }

    /// <summary>Null: the route has no backend with a weight.</summary>
    public BackendState? Pick()
    {
        if (_backends.Length == 0 || _bounds[^1] == 0)
        {
            return null;
        }

        return _backends.Length == 1 ? _backends[0] : PickAt(Random.Shared.NextInt64(_bounds[^1]));
    }

    /// <param name="point">From 0 to the sum of the weights, exclusive.</param>
    internal BackendState PickAt(long point)
    {
        var i = 0;
        while (_bounds[i] <= point)
        {
            i++;
        }

        return _backends[i];
    }
}
