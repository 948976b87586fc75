using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>One after the other.</summary>
/// <param name="previous">Goes on where the last pool's picker was; null: starts anew.</param>
internal sealed class RoundRobinPicker(EndpointState[] usable, RoundRobinPicker? previous) : IEndpointPicker
{
    private int _next = previous?._next ?? -1;

    public EndpointState? Pick(HttpContext context, GatewayRequest request)
    {
        for (var tries = 0; tries < usable.Length; tries++)
        {
            var endpoint = usable[(int)((uint)Interlocked.Increment(ref _next) % (uint)usable.Length)];
            if (!request.HasTried(endpoint))
            {
                return endpoint;
            }
        }

        return null;
    }
}
