using System.Diagnostics;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Counts every request, and logs it when there is an access log.</summary>
internal sealed class RequestTelemetry(ProxyMetrics metrics, AccessLog log, TimeProvider time)
{
    /// <summary>nginx's status for a client that left before it was answered.</summary>
    internal const int ClientClosedRequest = 499;

    /// <summary>Null when there is no access log.</summary>
    public RequestRecord? Begin(HttpContext context)
    {
        if (!log.IsOn)
        {
            return null;
        }

        var output = new CountingStream(context.Response.Body);
        context.Response.Body = output;
        CountingStream? input = null;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            input = new CountingStream(context.Request.Body);
            context.Request.Body = input;
        }

        return new RequestRecord(AccessLogEntry.Of(context, time.GetUtcNow()), input, output);
    }

    public void End(HttpContext context, RequestRecord? record, RouteDecision decision, GatewayRequest? request, long started)
    {
        var hit = decision.Hit;
        var ended = Stopwatch.GetTimestamp();
        var status = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? ClientClosedRequest : context.Response.StatusCode;
        if (status == StatusCodes.Status200OK && request is null or { UpstreamStatus: 0 } && context.Features.Get<GatewayAnswer>() is { } answer)
        {
            status = answer.Status;
        }

        var upstream = request is null ? (TimeSpan?)null : Stopwatch.GetElapsedTime(request.ForwardedAt, request.AnsweredAt == 0 ? ended : request.AnsweredAt);
        var duration = Stopwatch.GetElapsedTime(started, ended);
        metrics.OnRequest(hit, status, duration, upstream);
        if (record is null)
        {
            return;
        }

        var entry = record.Entry;
        entry.Status = status;
        entry.BytesIn = record.Input?.Bytes ?? 0;
        entry.BytesOut = record.Output.Bytes;
        entry.DurationMs = duration.TotalMilliseconds;
        entry.Attempts = request?.Attempts;
        entry.UpstreamMs = upstream?.TotalMilliseconds;
        if (hit.IsMatch)
        {
            entry.Workspace = hit.Log.Workspace;
            entry.Route = hit.Route.Key;
            entry.Position = hit.Position;
        }

        entry.Backend = decision.Backend?.Key.Text;
        entry.Endpoint = request is null ? null : context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.DestinationId;

        log.Write(entry);
    }
}
