namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>Counts the turns of one backend. It outlives the pools, so that a change of the endpoints goes on with the next turn rather than at the first endpoint.</summary>
internal sealed class Rotation
{
    // By chance: proxies that start together must not all begin with the same endpoint.
    private int _turn = Random.Shared.Next();

    public uint Next() => (uint)Interlocked.Increment(ref _turn);

    /// <summary>The one of a pool that is replaced, or a new one.</summary>
    public static Rotation Of(IEndpointPicker? previous) => (previous as IRotatingPicker)?.Rotation ?? new Rotation();
}
