using System.Diagnostics;
using System.Globalization;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// One server span per request, with OpenTelemetry's HTTP attributes and the gateway's own. Stands before the gateway only when there is
/// tracing; a proxy without it has no trace of this in its pipeline. The query stays out: secrets are passed in it.
/// </summary>
internal sealed class RequestTracing(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var method = MethodOf(context.Request.Method);
        using var span = GatewaySpans.Source.StartActivity(method == "_OTHER" ? "HTTP" : method, ActivityKind.Server, TraceContext.Of(context.Request.Headers));
        try
        {
            await next(context);
        }
        finally
        {
            if (span is { IsAllDataRequested: true })
            {
                Fill(span, context, method);
            }
        }
    }

    /// <summary>What the gateway has found out about the request that runs.</summary>
    public static void Describe(HttpContext context, RouteDecision decision, GatewayRequest? request)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
        {
            return;
        }

        if (decision.Hit.IsMatch)
        {
            var hit = decision.Hit;
            var path = hit.Route.Matches[hit.MatchIndex].Path.Value;
            span.DisplayName = $"{span.OperationName} {path}";
            span.SetTag("http.route", path);
            span.SetTag("eventgateway.workspace", hit.Log.Workspace);
            span.SetTag("eventgateway.route", hit.Route.Key.Text);
            span.SetTag("eventgateway.position", hit.Position);
            span.SetTag("eventgateway.backend", decision.Backend?.Key.Text);
        }

        if (request is not null)
        {
            span.SetTag("eventgateway.endpoint", context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.DestinationId);
        }
    }

    private static void Fill(Activity span, HttpContext context, string method)
    {
        var request = context.Request;
        span.SetTag("http.request.method", method);
        if (method == "_OTHER")
        {
            span.SetTag("http.request.method_original", request.Method);
        }

        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", request.Path.Value);
        span.SetTag("network.protocol.version", VersionOf(request.Protocol));
        span.SetTag("client.address", ClientAddress.Of(context));
        if (request.Host is { HasValue: true } host)
        {
            span.SetTag("server.address", host.Host);
            span.SetTag("server.port", host.Port ?? (request.IsHttps ? 443 : 80));
        }

        if (request.Headers.UserAgent is { Count: > 0 } agent)
        {
            span.SetTag("user_agent.original", agent.ToString());
        }

        var status = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? RequestTelemetry.ClientClosedRequest : context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= 500)
        {
            span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>A client may send any word as a method; a span's name must not be one of any number.</summary>
    private static string MethodOf(string method) => method switch
    {
        "GET" or "POST" or "PUT" or "DELETE" or "PATCH" or "HEAD" or "OPTIONS" or "TRACE" or "CONNECT" => method,
        _ => "_OTHER",
    };

    private static string VersionOf(string protocol) => protocol switch
    {
        "HTTP/2" => "2",
        "HTTP/3" => "3",
        _ => protocol[(protocol.IndexOf('/') + 1)..],
    };
}
