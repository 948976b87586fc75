using EventGateway.Proxy.Upstreams.Balancing;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// The endpoints of one backend that take new requests, as of one moment. Immutable: a change of the endpoints, their weights, their health or the
/// way of balancing makes a new one.
/// </summary>
/// <param name="usable">Those that config and health let through, in an order that is the same in every proxy.</param>
/// <param name="picker">Chooses among them.</param>
internal sealed class EndpointPool(EndpointState[] usable, IEndpointPicker picker)
{
    public static readonly EndpointPool Empty = new([], NoEndpointPicker.Instance);

    public ReadOnlySpan<EndpointState> Usable => usable;

    public int Count => usable.Length;

    public IEndpointPicker Picker { get; } = picker;
}
