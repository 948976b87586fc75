using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>Makes the picker that a backend asks for.</summary>
internal static class EndpointPickers
{
    /// <param name="backend">Null: a backend that is not in the log (yet).</param>
    /// <param name="usable">At least one.</param>
    /// <param name="drained">Ready endpoints of weight 0: only clients that a cookie keeps there go to them.</param>
    /// <param name="previous">The picker of the pool that is replaced, whose state lives on where the new one can use it.</param>
    public static IEndpointPicker Create(Backend? backend, EndpointState[] usable, EndpointState[] drained, IEndpointPicker? previous, EndpointTokens tokens)
    {
        var picker = Create(backend, usable, previous is StickyPicker { Inner: var inner } ? inner : previous);
        return backend?.Sticky is { } cookie ? new StickyPicker(cookie, picker, usable, drained, tokens) : picker;
    }

    private static IRotatingPicker Create(Backend? backend, EndpointState[] usable, IEndpointPicker? previous) => backend switch
    {
        { LoadBalancing: LoadBalancing.LeastConnections } => new LeastConnectionsPicker(usable, previous),
        { LoadBalancing: LoadBalancing.Latency } => new LatencyPicker(usable, previous, TimeProvider.System),
        { LoadBalancing: LoadBalancing.ConsistentHashing, Hash: { } hash } => new ConsistentHashPicker(hash, usable, previous),
        _ => new RoundRobinPicker(usable, previous),
    };
}
