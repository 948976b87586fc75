using System.Diagnostics;
using EventGateway.Proxy.Telemetry;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Takes a matched request to an endpoint of its backend, through YARP's pipeline:
/// <code>
/// 1. pick an endpoint that was not tried   none -> 503
/// 2. YARP: forward
/// 3. what YARP could not do gets a body
/// </code>
/// </summary>
internal sealed class Forwarder(RequestDelegate pipeline, UpstreamErrors errors)
{
    public async Task ForwardAsync(HttpContext context, GatewayRequest request)
    {
        context.Features.Set(request);
        context.SetEndpoint(request.Backend.Endpoint);
        if (request.Pool.Picker.Pick(context, request) is not { } endpoint)
        {
            await GatewayAnswer.NoEndpoint.WriteAsync(context);
            return;
        }

        request.Endpoint = endpoint;
        var started = Stopwatch.GetTimestamp();
        endpoint.Begin();
        try
        {
            await pipeline(context);
        }
        finally
        {
            endpoint.End();
        }

        var error = context.GetForwarderErrorFeature();
        if (error is not null)
        {
            errors.OnError(request.Hit.Log, error);
        }

        endpoint.Latency?.OnAttempt(started, request.AnsweredAt, error?.Error);
        if (error is null || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // An upstream may answer before it has read the request's body, and hang up on the rest: its answer stands.
        if (request.UpstreamStatus != context.Response.StatusCode)
        {
            await GatewayAnswer.Of(error.Error, context.Response.StatusCode).WriteAsync(context);
        }
    }
}
