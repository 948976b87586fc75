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
    public Task ForwardAsync(HttpContext context, GatewayRequest request)
    {
        context.Features[typeof(GatewayRequest)] = request;
        context.SetEndpoint(request.Backend.Endpoint);
        request.Backend.Health.Budget.OnRequest(request.ForwardedAt);
        return request.Rules.Circuit.MaxRequests == 0 ? TryAllAsync(context, request) : TryAllLimitedAsync(context, request);
    }

    private async Task TryAllLimitedAsync(HttpContext context, GatewayRequest request)
    {
        var health = request.Backend.Health;
        if (!health.TryEnter(request.Rules.Circuit.MaxRequests))
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

    // All attempts in one method: each asynchronous one more would cost every request an allocation.
    private async Task TryAllAsync(HttpContext context, GatewayRequest request)
    {
        if (TryBeginNext(context, request) is not { } endpoint)
        {
            await (request.WasFull ? RefuseAsync(context, request.Backend.Health, "endpoint") : GatewayAnswer.NoEndpoint.WriteAsync(context));
            return;
        }

        var hasBody = HasBody(context);
        if (hasBody && request.Rules.Retries > 0 && request.Pool.Count > 1)
        {
            KeepBody(context, request);
        }

        GatewayAnswer? answer;
        while (true)
        {
            var isTimedOut = false;
            try
            {
                if (!hasBody || request.Rules.WriteTimeout == Timeout.InfiniteTimeSpan)
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

            if (!Conclude(context, request, endpoint, isTimedOut, out answer))
            {
                break;
            }

            Undo(context, request);
            if (TryBeginNext(context, request) is not { } next)
            {
                answer = GatewayAnswer.NoEndpoint;
                break;
            }

            endpoint = next;
        }

        request.Body?.Release();
        if (answer is not null)
        {
            await answer.WriteAsync(context);
        }
    }

    /// <param name="answer">What the gateway has to say itself; null: nothing.</param>
    /// <returns>Whether another attempt has to be made.</returns>
    private bool Conclude(HttpContext context, GatewayRequest request, EndpointState endpoint, bool isTimedOut, out GatewayAnswer? answer)
    {
        answer = null;
        var failure = context.GetForwarderErrorFeature();
        var outcome = isTimedOut && !context.RequestAborted.IsCancellationRequested ? AttemptOutcome.TimedOut : Outcomes.Of(context, request, failure);
        request.Backend.Health.OnOutcome(endpoint, outcome, request.UpstreamStatus);
        Observe(request, endpoint, outcome, failure);
        if (outcome == AttemptOutcome.Answered)
        {
            if (failure is not null && !context.Response.HasStarted)
            {
                // The answer was whole when the rest of the request was not wanted any more.
                context.Response.StatusCode = request.UpstreamStatus;
            }

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

        answer = isTimedOut ? GatewayAnswer.UpstreamTimeout
            : outcome == AttemptOutcome.Broken ? GatewayAnswer.BadUpstream
            : GatewayAnswer.Of(failure!.Error, context.Response.StatusCode);
        return false;
    }

    private void Observe(GatewayRequest request, EndpointState endpoint, AttemptOutcome outcome, IForwarderErrorFeature? failure)
    {
        ForwarderError? error = (outcome, failure?.Error) switch
        {
            (AttemptOutcome.TimedOut, _) => ForwarderError.RequestTimedOut,
            (AttemptOutcome.Answered, _) => null,
            (AttemptOutcome.Broken, ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled) => ForwarderError.RequestBodyDestination,
            (_, var reported) => reported,
        };
        endpoint.Latency?.OnAttempt(request.ForwardedAt, request.AnsweredAt, error);
        if (error is { } reason)
        {
            errors.OnError(request.Hit.Log, reason, failure?.Exception);
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
        // What cannot be sent twice is not even begun to be kept; unread it can still go elsewhere.
        var most = request.Rules.Retry.MaxBodyBytes;
        var limit = context.Request.ContentLength > most || !Retrying.IsRepeatable(context, request.Rules) ? 0 : most;
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
