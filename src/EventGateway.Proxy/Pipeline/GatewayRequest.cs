using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Upstreams;

namespace EventGateway.Proxy.Pipeline;

/// <summary>What was decided for one request when it was matched; config that changes meanwhile does not touch it.</summary>
internal sealed class GatewayRequest(RouteHit hit, BackendModel backend, EndpointPool pool, RawPath path)
{
    public RouteHit Hit { get; } = hit;

    public BackendModel Backend { get; } = backend;

    public EndpointPool Pool { get; } = pool;

    public RawPath Path { get; } = path;

    /// <summary>Where the present attempt goes; null before the first.</summary>
    public EndpointState? Endpoint { get; set; }

    /// <summary>Null: the peer is not trusted, so it is the client.</summary>
    public ForwardedClient? Forwarded { get; init; }

    /// <summary>When the request was handed to the forwarder.</summary>
    public long ForwardedAt { get; set; }

    /// <summary>When the upstream's answer began; 0: it did not answer.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>The upstream's status; 0: it did not answer.</summary>
    public int UpstreamStatus { get; set; }

    /// <summary>Whether an attempt at this request was made there, so that another has to be found.</summary>
    public bool HasTried(EndpointState endpoint) => ReferenceEquals(endpoint, Endpoint);
}
