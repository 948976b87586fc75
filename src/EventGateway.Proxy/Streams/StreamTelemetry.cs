using System.Diagnostics;
using EventGateway.Core.Model;
using EventGateway.Proxy.Telemetry;

namespace EventGateway.Proxy.Streams;

/// <summary>Counts every connection, and logs it when there is an access log.</summary>
internal sealed class StreamTelemetry(StreamMetrics metrics, AccessLog log, TimeProvider time)
{
    public long Begin()
    {
        metrics.OnBegin();
        return Stopwatch.GetTimestamp();
    }

    public void End(StreamConnection connection, long started)
    {
        var hit = connection.Decision.Hit;
        metrics.OnEnd(hit.IsMatch ? hit.Log.Workspace : "", connection.Outcome, connection.BytesIn, connection.BytesOut);
        if (!log.IsOn)
        {
            return;
        }

        var duration = Stopwatch.GetElapsedTime(started);
        var entry = new AccessLogEntry
        {
            Time = time.GetUtcNow() - duration,
            Protocol = hit.IsMatch ? NameOf(hit.Route.Protocols) : "tcp",
            Method = "",
            Scheme = connection.ServerName.Length > 0 ? "tls" : "tcp",
            Host = connection.ServerName,
            Path = "",
            Query = "",
            ClientIp = connection.ClientText,
            RequestId = connection.Transport.ConnectionId,
            TraceId = "",
            Status = StatusOf(connection.Outcome),
            BytesIn = connection.BytesIn,
            BytesOut = connection.BytesOut,
            DurationMs = duration.TotalMilliseconds,
            UpstreamMs = connection.ConnectedAt == 0 ? null : Stopwatch.GetElapsedTime(connection.ConnectingAt, connection.ConnectedAt).TotalMilliseconds,
            Backend = connection.Decision.Backend?.Key.Text,
            Endpoint = connection.Endpoint?.Id,
        };
        if (hit.IsMatch)
        {
            entry.Workspace = hit.Log.Workspace;
            entry.Route = hit.Route.Key;
            entry.Position = hit.Position;
        }

        log.Write(entry);
    }

    // What nginx's stream module says for the same.
    private static int StatusOf(StreamOutcome outcome) => outcome switch
    {
        StreamOutcome.Done => 200,
        StreamOutcome.NoRoute => 404,
        StreamOutcome.NoHello or StreamOutcome.ClientTlsFailed => 400,
        StreamOutcome.NoEndpoint or StreamOutcome.Stopped => 503,
        StreamOutcome.Idle => 504,
        _ => 502,
    };

    private static string NameOf(RouteProtocols protocols) => protocols switch
    {
        RouteProtocols.Tls => "tls",
        RouteProtocols.TlsPassthrough => "tls_passthrough",
        _ => "tcp",
    };
}
