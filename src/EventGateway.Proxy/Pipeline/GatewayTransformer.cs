using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Makes the upstream's request of the client's. One object for all routes: what a route asks for is in the request's
/// <see cref="GatewayRequest"/>. Headers about the client, as Kong sends them: <c>X-Forwarded-For</c> is continued, the others are
/// set, unless a trusted peer has set them; host and port are those the client used, not those of this process's socket.
/// </summary>
internal sealed class GatewayTransformer : HttpTransformer
{
    public static readonly GatewayTransformer Instance = new();

    private GatewayTransformer()
    {
    }

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var request = httpContext.Features.Get<GatewayRequest>() ?? throw new InvalidOperationException("The request was not matched.");
        proxyRequest.RequestUri = UpstreamAddress.Of(destinationPrefix, request);
        if (!request.Hit.Route.PreserveHost)
        {
            proxyRequest.Headers.Host = null;
        }

        HopByHop.Remove(httpContext.Request.Headers.Connection, proxyRequest);
        SetClientHeaders(httpContext, proxyRequest, request);
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null && httpContext.Features.Get<GatewayRequest>() is { } request)
        {
            request.AnsweredAt = Stopwatch.GetTimestamp();
            request.UpstreamStatus = (int)proxyResponse.StatusCode;
        }

        return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    private static void SetClientHeaders(HttpContext context, HttpRequestMessage proxyRequest, GatewayRequest request)
    {
        var incoming = context.Request.Headers;
        var client = ClientAddress.Of(context);
        var forwardedFor = incoming["X-Forwarded-For"];
        Set(proxyRequest, "X-Forwarded-For", StringValues.IsNullOrEmpty(forwardedFor) ? client : $"{forwardedFor}, {request.Forwarded?.Peer ?? client}");
        Set(proxyRequest, "X-Real-IP", client);
        Set(proxyRequest, "X-Forwarded-Proto", context.Request.Scheme);
        var host = context.Request.Host;
        Set(proxyRequest, "X-Forwarded-Host", request.Forwarded?.Host ?? host.Host);
        Set(proxyRequest, "X-Forwarded-Port", request.Forwarded?.Port ?? PortOf(host, context.Request.IsHttps));
        var stripped = request.Hit.Route.StripPath ? request.Hit.MatchedLength : 0;
        if (stripped > 0)
        {
            var rest = request.Path.Behind(stripped).Length;
            Set(proxyRequest, "X-Forwarded-Prefix", request.Path.Encoded[..^rest]);
        }
        else
        {
            proxyRequest.Headers.Remove("X-Forwarded-Prefix");
        }
    }

    private static string PortOf(HostString host, bool isHttps) =>
        host.Port is { } port ? port.ToString(System.Globalization.CultureInfo.InvariantCulture) : isHttps ? "443" : "80";

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }
}
