using System.Diagnostics;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// The whole of a request, and the end of the application's pipeline:
/// <code>
/// 1. no config yet               -> 503
/// 2. match (the table is read once; the match holds for the request)   none -> 404
/// 3. https asked for by the route -> 426 or redirect
/// 4. pick a backend by weight     none -> 503
/// 5. YARP: pick an endpoint, forward
/// 6. what YARP could not do gets a body
/// 7. count, log
/// </code>
/// </summary>
internal sealed class GatewayMiddleware(RoutingTable table, IGatewayState state, RequestDelegate forward, RequestTelemetry telemetry, ProxyOptions options)
{
    private volatile bool _isServing;

    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var record = telemetry.Begin(context);
        var hit = default(RouteHit);
        GatewayRequest? request = null;
        try
        {
            if (!IsServing())
            {
                await GatewayAnswer.NoConfig.WriteAsync(context);
                return;
            }

            if (!TryMatch(context, out hit))
            {
                await GatewayAnswer.NoRoute.WriteAsync(context);
                return;
            }

            if (!RawPath.TryParse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, context.Request.Path.Value!, out var path))
            {
                await GatewayAnswer.BadTarget.WriteAsync(context);
                return;
            }

            if (!context.Request.IsHttps && (hit.Route.Protocols & RouteProtocols.Http) == 0)
            {
                await HttpsRequired.AnswerAsync(context, hit.Route, path, options.HttpsPort);
                return;
            }

            if (hit.Entry.Backends.Pick() is not { } backend)
            {
                await GatewayAnswer.NoEndpoint.WriteAsync(context);
                return;
            }

            request = new GatewayRequest(hit, backend.Model, path) { ForwardedAt = Stopwatch.GetTimestamp() };
            await ForwardAsync(context, request);
        }
        finally
        {
            telemetry.End(context, record, hit, request, started);
        }
    }

    private async Task ForwardAsync(HttpContext context, GatewayRequest request)
    {
        context.Features.Set(request);
        context.SetEndpoint(request.Backend.Endpoint);
        await forward(context);
        var error = context.GetForwarderErrorFeature()?.Error;
        if (error is null || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // An upstream may answer before it has read the request's body, and hang up on the rest: its answer stands.
        if (request.UpstreamStatus != context.Response.StatusCode)
        {
            await GatewayAnswer.Of(error.Value, context.Response.StatusCode).WriteAsync(context);
        }
    }

    private bool TryMatch(HttpContext context, out RouteHit hit)
    {
        var request = context.Request;
        return table.TryMatch(
            new RouteRequest(request.Host.Value ?? "", request.Path.Value ?? "", request.Method, request.IsHttps, request.Headers, request.QueryString.Value ?? ""),
            out hit);
    }

    // Once there is a config the proxy never goes back to having none.
    private bool IsServing()
    {
        if (!_isServing)
        {
            _isServing = state.Readiness.IsReady;
        }

        return _isServing;
    }
}
