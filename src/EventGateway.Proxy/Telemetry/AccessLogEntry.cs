using System.Diagnostics;
using EventGateway.Core.Model;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Telemetry;

/// <summary>One line of the access log. Filled while the request is alive, written later by another thread.</summary>
internal sealed class AccessLogEntry
{
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>HTTP/1.1</c>, <c>HTTP/2</c>, <c>HTTP/3</c>; of a stream route <c>tcp</c>, <c>tls</c> or <c>tls_passthrough</c>.</summary>
    public required string Protocol { get; init; }

    public required string Method { get; init; }

    public required string Scheme { get; init; }

    public required string Host { get; init; }

    public required string Path { get; init; }

    public required string Query { get; init; }

    public required string ClientIp { get; init; }

    public required string RequestId { get; init; }

    public required string TraceId { get; init; }

    public int Status { get; set; }

    /// <summary>Of the bodies, without headers; what flows after an upgrade is not counted.</summary>
    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    public double DurationMs { get; set; }

    /// <summary>Until the upstream's answer began; null: no upstream was asked.</summary>
    public double? UpstreamMs { get; set; }

    /// <summary>Endpoints that were asked; null: none was.</summary>
    public int? Attempts { get; set; }

    public string? Workspace { get; set; }

    public EntityKey? Route { get; set; }

    public string? Backend { get; set; }

    public string? Endpoint { get; set; }

    public string? Position { get; set; }

    public static AccessLogEntry Of(HttpContext context, DateTimeOffset time)
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
            ClientIp = Pipeline.ClientAddress.Of(context),
            RequestId = context.TraceIdentifier,
            TraceId = TraceIdOf(context),
        };
    }

    private static string TraceIdOf(HttpContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            return activity.TraceId.ToHexString();
        }

        // version "-" trace id "-" parent "-" flags (https://www.w3.org/TR/trace-context/#traceparent-header)
        string? parent = context.Request.Headers.TraceParent;
        return parent is { Length: >= 55 } && parent[2] == '-' && parent[35] == '-' ? parent[3..35] : "";
    }
}
