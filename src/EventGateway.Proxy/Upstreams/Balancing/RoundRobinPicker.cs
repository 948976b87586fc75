using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>One after the other, each as often as its weight says.</summary>
/// <param name="previous">Goes on where the last pool's picker was; null: starts anywhere.</param>
internal sealed class RoundRobinPicker(EndpointState[] usable, IEndpointPicker? previous) : IRotatingPicker
{
    private readonly EndpointSchedule _schedule = new(usable);

    public Rotation Rotation { get; } = Rotation.Of(previous);

    public EndpointState? Pick(HttpContext context, GatewayRequest request)
    {
        var turn = Rotation.Next();
        var endpoint = _schedule.At(turn);
        return request.HasTried(endpoint) ? _schedule.UntriedAfter(turn, request) : endpoint;
    }
}
