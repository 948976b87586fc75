using System.Diagnostics;
using EventGateway.Proxy.Pipeline.Forwarding;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Takes a matched request to an endpoint of its backend, through YARP's pipeline:
/// <code>
/// 1. the backend has as many requests as it may have   -> 503
/// 2. pick an endpoint that was not tried and is not full   none -> 503
/// 3. YARP: forward
/// 4. count for the endpoint's health what became of it
/// 5. if it failed, may be repeated, and there is another endpoint: undo what YARP did to the answer, and 2
/// 6. what YARP could not do gets a body
/// </code>
/// </summary>
internal sealed class Forwarder(RequestDelegate pipeline, UpstreamErrors errors)
{
    public async Task ForwardAsync(HttpContext context, GatewayRequest request)
    {
        context.Features.Set(request);
        context.SetEndpoint(request.Backend.Endpoint);
        var health = request.Backend.Health;
        health.Budget.OnRequest(request.ForwardedAt);
        var limit = request.Rules.Circuit.MaxRequests;
        if (limit == 0)
        {
            await TryAllAsync(context, request);
            return;
        }

        if (!health.TryEnter(limit))
        {
            await RefuseAsync(context, health, "backend");
            return;
        }

        try
        {
            await TryAllAsync(context, request);
        }
        finally
        {
            health.Leave();
        }
    }

    private async Task TryAllAsync(HttpContext context, GatewayRequest request)
    {
        if (TryBeginNext(context, request) is not { } endpoint)
        {
            await (request.WasFull ? RefuseAsync(context, request.Backend.Health, "endpoint") : GatewayAnswer.NoEndpoint.WriteAsync(context));
            return;
        }

        if (request.Rules.Retries > 0 && request.Pool.Count > 1 && HasBody(context))
        {
            KeepBody(context, request);
        }

        while (await TryAsync(context, request, endpoint))
        {
            Undo(context, request);
            if (TryBeginNext(context, request) is not { } next)
            {
                await GatewayAnswer.NoEndpoint.WriteAsync(context);
                break;
            }

            endpoint = next;
        }

        request.Body?.Release();
    }

    /// <returns>Whether another attempt has to be made.</returns>
    private async Task<bool> TryAsync(HttpContext context, GatewayRequest request, EndpointState endpoint)
    {
        var health = request.Backend.Health;
        var isTimedOut = false;
        try
        {
            if (request.Rules.WriteTimeout == Timeout.InfiniteTimeSpan || !HasBody(context))
            {
                await pipeline(context);
            }
            else
            {
                isTimedOut = await ForwardTimedAsync(context, request);
            }
        }
        finally
        {
            endpoint.End();
        }

        var outcome = isTimedOut && !context.RequestAborted.IsCancellationRequested ? AttemptOutcome.TimedOut : Outcomes.Of(context, request);
        health.OnOutcome(endpoint, outcome, request.UpstreamStatus);
        Observe(context, request, endpoint, outcome);
        if (outcome == AttemptOutcome.Answered)
        {
            return request.IsWithheld;
        }

        if (outcome == AttemptOutcome.ClientGone || context.Response.HasStarted)
        {
            return false;
        }

        if (Retrying.TryTake(context, request, outcome, 0))
        {
            return true;
        }

        var error = isTimedOut ? ForwarderError.RequestTimedOut : context.GetForwarderErrorFeature()!.Error;
        await GatewayAnswer.Of(error, isTimedOut ? StatusCodes.Status504GatewayTimeout : context.Response.StatusCode).WriteAsync(context);
        return false;
    }

    private void Observe(HttpContext context, GatewayRequest request, EndpointState endpoint, AttemptOutcome outcome)
    {
        var error = outcome == AttemptOutcome.TimedOut ? ForwarderError.RequestTimedOut : context.GetForwarderErrorFeature()?.Error;
        endpoint.Latency?.OnAttempt(request.ForwardedAt, request.AnsweredAt, error);
        if (error is { } failure)
        {
            errors.OnError(request.Hit.Log, failure, context.GetForwarderErrorFeature()?.Exception);
        }
    }

    /// <returns>Whether the upstream took no more of the body for too long.</returns>
    private async Task<bool> ForwardTimedAsync(HttpContext context, GatewayRequest request)
    {
        using var timer = new WriteTimer(context, request.Rules.WriteTimeout, request.Backend.Health.Watch.Time);
        var body = context.Request.Body;
        context.Features.Set<IHttpRequestLifetimeFeature>(timer);
        context.Request.Body = new TimedBody(body, timer);
        try
        {
            await pipeline(context);
        }
        finally
        {
            timer.Leave(context);
            context.Request.Body = body;
        }

        return timer.HasElapsed;
    }

    private static EndpointState? TryBeginNext(HttpContext context, GatewayRequest request)
    {
        var limit = request.Rules.Circuit.MaxRequestsPerEndpoint;
        while (request.Pool.Picker.Pick(context, request) is { } endpoint)
        {
            if (limit == 0)
            {
                endpoint.Begin();
            }
            else if (!endpoint.TryBegin(limit))
            {
                request.SkipFull(endpoint);
                continue;
            }

            request.Begin(endpoint);
            return endpoint;
        }

        return null;
    }

    private static void Undo(HttpContext context, GatewayRequest request)
    {
        context.Response.Clear();
        context.Features.Set<IForwarderErrorFeature>(null);
        request.Body?.Rewind();
        request.ForwardedAt = Stopwatch.GetTimestamp();
    }

    private static void KeepBody(HttpContext context, GatewayRequest request)
    {
        // What is known to be too long is not even begun to be kept; unread it can still go elsewhere.
        var limit = context.Request.ContentLength > request.Rules.Retry.MaxBodyBytes ? 0 : request.Rules.Retry.MaxBodyBytes;
        request.Body = new RequestBody(context.Request.Body, limit);
        context.Request.Body = request.Body;
    }

    private static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;

    private static Task RefuseAsync(HttpContext context, BackendHealth health, string limit)
    {
        health.Watch.Metrics.OnCircuitOpen(health.Workspace, limit);
        return GatewayAnswer.CircuitOpen.WriteAsync(context);
    }
}
