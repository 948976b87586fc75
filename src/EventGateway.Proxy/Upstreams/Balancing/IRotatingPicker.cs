namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>A picker that takes turns, if only where it has nothing better to go by.</summary>
internal interface IRotatingPicker : IEndpointPicker
{
    Rotation Rotation { get; }
}
