using System.Diagnostics;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// The whole of a request, and the end of the application's pipeline:
/// <code>
/// 0. who is the client: the peer, or whom a trusted peer names
/// 1. no config yet               -> 503; beyond a limit -> 413, 414
/// 2. decide: route, backend by weight, its endpoints; holds for the request   no route -> 404
/// 3. the host asks for a client certificate that the connection was not asked for -> 421
///    https asked for by the route, or for the certificate -> 426 or redirect
/// 4. no backend, no endpoint       -> 503
/// 5. forward (Forwarder)
/// 6. count, log
/// </code>
/// </summary>
internal sealed class GatewayMiddleware(
    RoutingTable table,
    IGatewayState state,
    Forwarder forwarder,
    RequestTelemetry telemetry,
    UpstreamErrors upstreamErrors,
    ProxyOptions options,
    DrainState drain,
    ClientGate clients)
{
    private volatile bool _isServing;

    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var forwarded = ForwardedClient.Take(context, options.Trust);
        var record = telemetry.Begin(context);
        var decision = default(RouteDecision);
        GatewayRequest? request = null;
        drain.Enter(context);
        try
        {
            await ServeAsync(context, forwarded, ref decision, ref request);
        }
        finally
        {
            drain.Leave();
            if (options.IsTraced)
            {
                RequestTracing.Describe(context, decision, request);
            }

            telemetry.End(context, record, decision, request, started);
        }
    }

    // Not asynchronous itself, so that nothing of what is looked at on the way is kept while the upstream works.
    private Task ServeAsync(HttpContext context, ForwardedClient? forwarded, ref RouteDecision decision, ref GatewayRequest? request)
    {
        if (!IsServing())
        {
            return GatewayAnswer.NoConfig.WriteAsync(context);
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (RequestLimits.RefusalOf(context.Request, target, options.Limits) is { } refusal)
        {
            return refusal.WriteAsync(context);
        }

        KeptBodyLimit.Install(context.Features, options.Limits, context.Request.ContentType);
        decision = Decide(context);
        var hit = decision.Hit;
        if (!hit.IsMatch)
        {
            return GatewayAnswer.NoRoute.WriteAsync(context);
        }

        if (!RawPath.TryParse(target, context.Request.Path.Value!, context.Request.QueryString.Value ?? "", out var path))
        {
            return GatewayAnswer.BadTarget.WriteAsync(context);
        }

        var check = clients.Check(context, hit.Log, out var client);
        if (check == ClientCheck.WrongConnection)
        {
            return GatewayAnswer.Misdirected.WriteAsync(context);
        }

        if (!context.Request.IsHttps && ((hit.Route.Protocols & RouteProtocols.Http) == 0 || check == ClientCheck.NeedsHttps))
        {
            return HttpsRequired.AnswerAsync(context, hit.Route, path, options.HttpsPort);
        }

        if (decision.Backend is null || decision.Endpoints is null or { Count: 0 })
        {
            upstreamErrors.OnNoEndpoint(hit.Log);
            return GatewayAnswer.NoEndpoint.WriteAsync(context);
        }

        request = new GatewayRequest(hit, decision.Backend, decision.Endpoints, path)
        {
            ForwardedAt = Stopwatch.GetTimestamp(),
            Drain = drain,
            Client = client,
            Forwarded = forwarded,
        };
        return forwarder.ForwardAsync(context, request);
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
