using EventGateway.Core.Model;

namespace EventGateway.Proxy.Telemetry;

/// <summary>What one line of the access log says. Written out at once and not kept: a request allocates nothing for it.</summary>
internal struct AccessLogEntry
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
}
