using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;

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

    /// <summary>Asked when the answer begins. Null: nobody is.</summary>
    public DrainState? Drain { get; init; }

    /// <summary>When the request was handed to the forwarder.</summary>
    public long ForwardedAt { get; set; }

    /// <summary>When the upstream's answer began; 0: it did not answer.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>The upstream's status; 0: it did not answer.</summary>
    public int UpstreamStatus { get; set; }

    /// <summary>A cookie made because the request was to be hashed by it and had none; set in the answer. Null: none.</summary>
    public AnswerCookie? HashCookie { get; set; }

    /// <summary>Binds the client to the endpoint of the present attempt; set in the answer. Null: none, or the client has it.</summary>
    public AnswerCookie? StickyCookie { get; set; }

    /// <summary>Whether an attempt at this request was made there, so that another has to be found.</summary>
    public bool HasTried(EndpointState endpoint) => ReferenceEquals(endpoint, Endpoint);
}
