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
/// 2. decide: route, backend by weight, its endpoints; holds for the request   no route -> 404
/// 3. https asked for by the route -> 426 or redirect
/// 4. no backend, no endpoint       -> 503
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
        var decision = default(RouteDecision);
        GatewayRequest? request = null;
        try
        {
            if (!IsServing())
            {
                await GatewayAnswer.NoConfig.WriteAsync(context);
                return;
            }

            decision = Decide(context);
            var hit = decision.Hit;
            if (!hit.IsMatch)
            {
                await GatewayAnswer.NoRoute.WriteAsync(context);
                return;
            }

            if (!RawPath.TryParse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, context.Request.Path.Value!, context.Request.QueryString.Value ?? "", out var path))
            {
                await GatewayAnswer.BadTarget.WriteAsync(context);
                return;
            }

            if (!context.Request.IsHttps && (hit.Route.Protocols & RouteProtocols.Http) == 0)
            {
                await HttpsRequired.AnswerAsync(context, hit.Route, path, options.HttpsPort);
                return;
            }

            if (decision.Backend is null || decision.Endpoints is null or { Count: 0 })
            {
                await GatewayAnswer.NoEndpoint.WriteAsync(context);
                return;
            }

            request = new GatewayRequest(hit, decision.Backend, decision.Endpoints, path) { ForwardedAt = Stopwatch.GetTimestamp() };
            await ForwardAsync(context, request);
        }
        finally
        {
            telemetry.End(context, record, decision, request, started);
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

    private RouteDecision Decide(HttpContext context)
    {
        var request = context.Request;
        return table.Decide(
            new RouteRequest(request.Host.Value ?? "", request.Path.Value ?? "", request.Method, request.IsHttps, request.Headers, request.QueryString.Value ?? ""));
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
