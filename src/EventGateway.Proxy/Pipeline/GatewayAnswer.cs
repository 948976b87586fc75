using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Pipeline;

/// <summary>The answers the gateway makes itself: Kong's texts as JSON, and the gateway's name as Server.</summary>
internal sealed class GatewayAnswer
{
    public static readonly GatewayAnswer NoRoute = new(404, "no Route matched with those values");
    public static readonly GatewayAnswer NoConfig = new(503, "no configuration is loaded yet");
    public static readonly GatewayAnswer NoEndpoint = new(503, "failure to get a peer from the ring-balancer");
    public static readonly GatewayAnswer CircuitOpen = new(503, "the upstream has as many requests in flight as it may have");
    public static readonly GatewayAnswer BadTarget = new(400, "the request target has characters that are not allowed in a URI");
    public static readonly GatewayAnswer BadRequest = new(400, "Bad request");
    public static readonly GatewayAnswer RequestTimeout = new(408, "Request timeout");
    public static readonly GatewayAnswer BodyTooLarge = new(413, "Payload too large");
    public static readonly GatewayAnswer UriTooLong = new(414, "URI too long");
    public static readonly GatewayAnswer BadUpstream = new(502, "An invalid response was received from the upstream server");
    public static readonly GatewayAnswer UpstreamTimeout = new(504, "The upstream server is timing out");
    public static readonly GatewayAnswer Misdirected = new(421, "this connection was not made for that host: it asks for a client certificate");
    public static readonly GatewayAnswer UseHttps = new(426, "Please use HTTPS protocol");

    private readonly int _status;
    private readonly string _message;
    private readonly byte[] _body;

    private GatewayAnswer(int status, string message)
    {
        _status = status;
        _message = message;
        _body = Encoding.UTF8.GetBytes($$"""{"message":"{{message}}"}""");
    }

    /// <summary>What the answer says in HTTP's terms; a gRPC client gets it as gRPC's status.</summary>
    public int Status => _status;

    /// <summary>For what the forwarder could not do, by the status it chose.</summary>
    public static GatewayAnswer Of(ForwarderError error, int status) => (error, status) switch
    {
        (ForwarderError.NoAvailableDestinations, _) => NoEndpoint,
        (_, 503) => NoEndpoint,
        (_, 504) => UpstreamTimeout,
        (_, 408) => RequestTimeout,
        (_, 413) => BodyTooLarge,
        (_, 400) => BadRequest,
        _ => BadUpstream,
    };

    public Task WriteAsync(HttpContext context)
    {
        if (GrpcAnswer.IsAskedFor(context.Request))
        {
            context.Features.Set(this);
            return GrpcAnswer.WriteAsync(context, _status, _message);
        }

        var response = context.Response;
        if (_status == StatusCodes.Status408RequestTimeout && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // The rest of the request may come at any time, or never.
            response.Headers.Connection = "close";
        }

        response.StatusCode = _status;
        response.Headers[HeaderNames.Server] = GatewayVersion.ServerHeader;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = _body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(_body, 0, _body.Length, context.RequestAborted);
    }
}
