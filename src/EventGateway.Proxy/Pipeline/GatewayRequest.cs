using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Upstreams;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Pipeline;

/// <summary>What was decided for one request when it was matched; config that changes meanwhile does not touch it.</summary>
internal sealed class GatewayRequest(RouteHit hit, BackendModel backend, IReadOnlyList<DestinationState> endpoints, RawPath path)
{
    public RouteHit Hit { get; } = hit;

    public BackendModel Backend { get; } = backend;

    public IReadOnlyList<DestinationState> Endpoints { get; } = endpoints;

    public RawPath Path { get; } = path;

    /// <summary>Asked when the answer begins. Null: nobody is.</summary>
    public DrainState? Drain { get; init; }

    /// <summary>When the request was handed to the forwarder.</summary>
    public long ForwardedAt { get; set; }

    /// <summary>When the upstream's answer began; 0: it did not answer.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>The upstream's status; 0: it did not answer.</summary>
    public int UpstreamStatus { get; set; }
}
