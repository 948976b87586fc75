using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>Chooses one endpoint of a pool for each attempt at a request. Made anew with every pool; safe from any thread.</summary>
internal interface IEndpointPicker
{
    /// <returns>Null: there is none, or all were tried (<see cref="GatewayRequest.HasTried"/>).</returns>
    EndpointState? Pick(HttpContext context, GatewayRequest request);
}
