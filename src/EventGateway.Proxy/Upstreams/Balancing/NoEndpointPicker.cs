using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>Of a pool without endpoints. All such pools share it: it has no state that one backend could hand to another.</summary>
internal sealed class NoEndpointPicker : IEndpointPicker
{
    public static readonly NoEndpointPicker Instance = new();

    private NoEndpointPicker()
    {
    }

    public EndpointState? Pick(HttpContext context, GatewayRequest request) => null;
}
