using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>Makes the picker that a backend asks for.</summary>
internal static class EndpointPickers
{
    /// <param name="backend">Null: a backend that is not in the log (yet).</param>
    /// <param name="previous">The picker of the pool that is replaced, whose state lives on where the new one can use it.</param>
    public static IEndpointPicker Create(Backend? backend, EndpointState[] usable, IEndpointPicker? previous) => new RoundRobinPicker(usable, previous as RoundRobinPicker);
}
