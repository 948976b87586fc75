using EventGateway.Proxy.Pipeline.Forwarding;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tls;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>What was decided for one request when it was matched; config that changes meanwhile does not touch it.</summary>
internal sealed class GatewayRequest(RouteHit hit, BackendModel backend, EndpointPool pool, RawPath path)
{
    private List<EndpointState>? _tried;

    public RouteHit Hit { get; } = hit;

    public BackendModel Backend { get; } = backend;

    public EndpointPool Pool { get; } = pool;

    public RawPath Path { get; } = path;

    /// <summary>How the backend wants to be treated.</summary>
    public BackendRules Rules { get; } = backend.Health.Rules;

    /// <summary>Who the client has shown to be by its certificate; null: nobody.</summary>
    public VerifiedClient? Client { get; init; }

    /// <summary>Null: the peer is not trusted, so it is the client.</summary>
    public ForwardedClient? Forwarded { get; init; }

    /// <summary>Asked when the answer begins. Null: nobody is.</summary>
    public DrainState? Drain { get; init; }

    /// <summary>Where the present attempt goes; null before the first.</summary>
    public EndpointState? Endpoint { get; private set; }

    /// <summary>How many were made, the present one included.</summary>
    public int Attempts { get; private set; }

    /// <summary>Null: the body cannot be sent again, or there is none.</summary>
    public RequestBody? Body { get; set; }

    /// <summary>Whether the upstream's answer was held back, for another attempt.</summary>
    public bool IsWithheld { get; set; }

    /// <summary>Whether an endpoint was passed over as it has as many requests as it may have.</summary>
    public bool WasFull { get; private set; }

    /// <summary>When the present attempt was handed to the forwarder.</summary>
    public long ForwardedAt { get; set; }

    /// <summary>When the upstream's answer began; 0: it did not answer.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>The upstream's status; 0: it did not answer.</summary>
    public int UpstreamStatus { get; set; }

    /// <summary>A cookie made because the request was to be hashed by it and had none; set in the answer. Null: none.</summary>
    public AnswerCookie? HashCookie { get; set; }

    /// <summary>Binds the client to the endpoint of the present attempt; set in the answer. Null: none, or the client has it.</summary>
    public AnswerCookie? StickyCookie { get; set; }

    /// <summary>Null: it was not matched. By type, not by type parameter: a generic call of an interface is looked up at run time.</summary>
    public static GatewayRequest? Of(HttpContext context) => (GatewayRequest?)context.Features[typeof(GatewayRequest)];

    /// <summary>Whether an attempt at this request was made there or cannot be, so that another has to be found.</summary>
    public bool HasTried(EndpointState endpoint) => ReferenceEquals(endpoint, Endpoint) || _tried?.Contains(endpoint) == true;

    /// <summary>Passes the endpoint over.</summary>
    public void SkipFull(EndpointState endpoint)
    {
        WasFull = true;
        (_tried ??= []).Add(endpoint);
    }

    public void Begin(EndpointState endpoint)
    {
        if (Endpoint is { } before)
        {
            (_tried ??= []).Add(before);
        }

        Endpoint = endpoint;
        Attempts++;
        AnsweredAt = 0;
        UpstreamStatus = 0;
        IsWithheld = false;
    }
}
