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
/// 0. who is the client: the peer, or whom a trusted peer names
/// 1. no config yet               -> 503; beyond a limit -> 413, 414
/// 2. decide: route, backend by weight, its endpoints; holds for the request   no route -> 404
/// 3. https asked for by the route -> 426 or redirect
/// 4. no backend, no endpoint       -> 503
/// 5. forward (Forwarder)
/// 6. count, log
/// </code>
/// </summary>
internal sealed class GatewayMiddleware(RoutingTable table, IGatewayState state, Forwarder forwarder, RequestTelemetry telemetry, ProxyOptions options)
{
    private volatile bool _isServing;

    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var forwarded = ForwardedClient.Take(context, options.Trust);
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

            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            if (RequestLimits.RefusalOf(context.Request, target, options.Limits) is { } refusal)
            {
                await refusal.WriteAsync(context);
                return;
            }

            decision = Decide(context);
            var hit = decision.Hit;
            if (!hit.IsMatch)
            {
                await GatewayAnswer.NoRoute.WriteAsync(context);
                return;
            }

            if (!RawPath.TryParse(target, context.Request.Path.Value!, out var path))
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

            request = new GatewayRequest(hit, decision.Backend, decision.Endpoints, path) { ForwardedAt = Stopwatch.GetTimestamp(), Forwarded = forwarded };
            await forwarder.ForwardAsync(context, request);
        }
        finally
        {
            telemetry.End(context, record, decision, request, started);
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
