using System.Diagnostics;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Counts every request, and logs it when there is an access log.</summary>
internal sealed class RequestTelemetry(ProxyMetrics metrics, AccessLog log, TimeProvider time)
{
    /// <summary>nginx's status for a client that left before it was answered.</summary>
    internal const int ClientClosedRequest = 499;

    public RequestRecord Begin(HttpContext context)
    {
        if (!log.IsOn)
        {
            return default;
        }

        var output = new CountedResponse(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(output);
        CountingStream? input = null;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            input = new CountedRequest(context.Request.Body);
            context.Request.Body = input;
        }

        return new RequestRecord(input, output);
    }

    public void End(HttpContext context, RequestRecord record, in RouteDecision decision, GatewayRequest? request, long started)
    {
        var ended = Stopwatch.GetTimestamp();
        var status = StatusOf(context, request);
        var upstream = request is null ? (TimeSpan?)null : Stopwatch.GetElapsedTime(request.ForwardedAt, request.AnsweredAt == 0 ? ended : request.AnsweredAt);
        var duration = Stopwatch.GetElapsedTime(started, ended);
        metrics.OnRequest(decision.Hit, status, duration, upstream);
        if (record.Output is null)
        {
            return;
        }

        var entry = EntryOf(context, time.GetUtcNow() - duration);
        entry.Status = status;
        entry.BytesIn = record.Input?.Bytes ?? 0;
        entry.BytesOut = record.Output.Bytes;
        entry.DurationMs = duration.TotalMilliseconds;
        entry.UpstreamMs = upstream?.TotalMilliseconds;
        entry.Attempts = request?.Attempts;
        if (decision.Hit.IsMatch)
        {
            entry.Workspace = decision.Hit.Log.Workspace;
            entry.Route = decision.Hit.Route.Key;
            entry.Position = decision.Hit.Position;
        }

        entry.Backend = decision.Backend?.Key.Text;
        entry.Endpoint = request?.Endpoint?.Id;
        log.Write(entry);
    }

    private static int StatusOf(HttpContext context, GatewayRequest? request)
    {
        if (context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            return ClientClosedRequest;
        }

        var status = context.Response.StatusCode;
        return status == StatusCodes.Status200OK && request is null or { UpstreamStatus: 0 } && context.Features.Get<GatewayAnswer>() is { } answer ? answer.Status : status;
    }

    private static AccessLogEntry EntryOf(HttpContext context, DateTimeOffset time)
    {
        var request = context.Request;
        return new AccessLogEntry
        {
            Time = time,
            Protocol = request.Protocol,
            Method = request.Method,
            Scheme = request.Scheme,
            Host = request.Host.Value ?? "",
            Path = request.Path.Value ?? "",
            Query = request.QueryString.Value ?? "",
            ClientIp = ClientAddress.Of(context),
            RequestId = context.TraceIdentifier,
            TraceId = TraceIdOf(request.Headers),
        };
    }

    private static string TraceIdOf(IHeaderDictionary headers)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            return activity.TraceId.ToHexString();
        }

        // version "-" trace id "-" parent "-" flags (https://www.w3.org/TR/trace-context/#traceparent-header)
        string? parent = headers.TraceParent;
        return parent is { Length: >= 55 } && parent[2] == '-' && parent[35] == '-' ? parent[3..35] : "";
    }
}
