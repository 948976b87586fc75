using System.Text.Json;

namespace EventGateway.Proxy.Telemetry;

internal static class AccessLogLine
{
    public static void Write(Utf8JsonWriter json, AccessLogEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("time", entry.Time);
        json.WriteString("method", entry.Method);
        json.WriteString("scheme", entry.Scheme);
        json.WriteString("host", entry.Host);
        json.WriteString("path", entry.Path);
        json.WriteString("query", entry.Query);
        json.WriteNumber("status", entry.Status);
        json.WriteNumber("bytesIn", entry.BytesIn);
        json.WriteNumber("bytesOut", entry.BytesOut);
        json.WriteNumber("durationMs", Math.Round(entry.DurationMs, 3));
        WriteNumber(json, "upstreamMs", entry.UpstreamMs);
        WriteNumber(json, "attempts", entry.Attempts);
        json.WriteString("clientIp", entry.ClientIp);
        json.WriteString("workspace", entry.Workspace);
        json.WriteString("route", entry.Route?.Text);
        json.WriteString("backend", entry.Backend);
        json.WriteString("endpoint", entry.Endpoint);
        json.WriteString("position", entry.Position);
        json.WriteString("requestId", entry.RequestId);
        json.WriteString("traceId", entry.TraceId);
        json.WriteString("protocol", entry.Protocol);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
