using System.Diagnostics;
using EventGateway.Proxy.Pipeline.Forwarding;
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

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var request = GatewayRequest.Of(httpContext) ?? throw new InvalidOperationException("The request was not matched.");
        var copying = base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        if (!copying.IsCompletedSuccessfully)
        {
            return AwaitAsync(copying, httpContext, proxyRequest, destinationPrefix, request);
        }

        Finish(httpContext, proxyRequest, destinationPrefix, request);
        return default;
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null && GatewayRequest.Of(httpContext) is { } request)
        {
            request.AnsweredAt = Stopwatch.GetTimestamp();
            request.UpstreamStatus = (int)proxyResponse.StatusCode;
            if (Retrying.Withholds(httpContext, request, request.UpstreamStatus))
            {
                return ValueTask.FromResult(false);
            }

            request.Drain?.OnAnswer(httpContext, request.UpstreamStatus);
            request.HashCookie?.AddTo(httpContext);
            request.StickyCookie?.AddTo(httpContext);
        }

        return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    private static async ValueTask AwaitAsync(ValueTask copying, HttpContext context, HttpRequestMessage proxyRequest, string destinationPrefix, GatewayRequest request)
    {
        await copying;
        Finish(context, proxyRequest, destinationPrefix, request);
    }

    private static void Finish(HttpContext context, HttpRequestMessage proxyRequest, string destinationPrefix, GatewayRequest request)
    {
        proxyRequest.RequestUri = UpstreamAddress.Of(destinationPrefix, request);
        if (!request.Hit.Route.PreserveHost)
        {
            proxyRequest.Headers.Host = null;
        }

        HopByHop.Remove(context.Request.Headers.Connection, proxyRequest);
        SetClientHeaders(context, proxyRequest, request);
        ClientCertificateHeaders.Set(context.Request.Headers, proxyRequest, request.Client);
    }

    private static void SetClientHeaders(HttpContext context, HttpRequestMessage proxyRequest, GatewayRequest request)
    {
        var incoming = context.Request.Headers;
        var client = ClientAddress.Of(context);
        var forwardedFor = incoming["X-Forwarded-For"];
        if (forwardedFor.Count == 0)
        {
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-For", client);
        }
        else
        {
            Set(incoming, proxyRequest, "X-Forwarded-For", StringValues.IsNullOrEmpty(forwardedFor) ? client : $"{forwardedFor}, {request.Forwarded?.Peer ?? client}");
        }

        Set(incoming, proxyRequest, "X-Real-IP", client);
        var isHttps = context.Request.IsHttps;
        Set(incoming, proxyRequest, "X-Forwarded-Proto", isHttps ? "https" : "http");
        var host = context.Request.Host;
        Set(incoming, proxyRequest, "X-Forwarded-Host", request.Forwarded?.Host ?? host.Host);
        Set(incoming, proxyRequest, "X-Forwarded-Port", request.Forwarded?.Port ?? PortOf(host, isHttps));
        var stripped = request.Hit.Route.StripPath ? request.Hit.MatchedLength : 0;
        if (stripped > 0)
        {
            var rest = request.Path.Behind(stripped).Length;
            Set(incoming, proxyRequest, "X-Forwarded-Prefix", request.Path.Encoded[..^rest]);
        }
        else
        {
            Remove(incoming, proxyRequest, "X-Forwarded-Prefix");
        }
    }

    private static string PortOf(HostString host, bool isHttps) =>
        host.Port is { } port ? port.ToString(System.Globalization.CultureInfo.InvariantCulture) : isHttps ? "443" : "80";

    private static void Set(IHeaderDictionary incoming, HttpRequestMessage request, string name, string value)
    {
        Remove(incoming, request, name);
        request.Headers.TryAddWithoutValidation(name, value);
    }

    // Only what the client has sent was copied, and clients seldom send these.
    private static void Remove(IHeaderDictionary incoming, HttpRequestMessage request, string name)
    {
        if (incoming.ContainsKey(name))
        {
            request.Headers.Remove(name);
        }
    }
}
