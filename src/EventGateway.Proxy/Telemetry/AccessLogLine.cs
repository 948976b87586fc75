using System.Text.Json;

namespace EventGateway.Proxy.Telemetry;

internal static class AccessLogLine
{
    // Names are escaped and encoded once, not in every line.
    private static readonly JsonEncodedText Time = JsonEncodedText.Encode("time");
    private static readonly JsonEncodedText Method = JsonEncodedText.Encode("method");
    private static readonly JsonEncodedText Scheme = JsonEncodedText.Encode("scheme");
    private static readonly JsonEncodedText Host = JsonEncodedText.Encode("host");
    private static readonly JsonEncodedText Path = JsonEncodedText.Encode("path");
    private static readonly JsonEncodedText Query = JsonEncodedText.Encode("query");
    private static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText BytesIn = JsonEncodedText.Encode("bytesIn");
    private static readonly JsonEncodedText BytesOut = JsonEncodedText.Encode("bytesOut");
    private static readonly JsonEncodedText DurationMs = JsonEncodedText.Encode("durationMs");
    private static readonly JsonEncodedText UpstreamMs = JsonEncodedText.Encode("upstreamMs");
    private static readonly JsonEncodedText Attempts = JsonEncodedText.Encode("attempts");
    private static readonly JsonEncodedText ClientIp = JsonEncodedText.Encode("clientIp");
    private static readonly JsonEncodedText Workspace = JsonEncodedText.Encode("workspace");
    private static readonly JsonEncodedText Route = JsonEncodedText.Encode("route");
    private static readonly JsonEncodedText Backend = JsonEncodedText.Encode("backend");
    private static readonly JsonEncodedText Endpoint = JsonEncodedText.Encode("endpoint");
    private static readonly JsonEncodedText Position = JsonEncodedText.Encode("position");
    private static readonly JsonEncodedText RequestId = JsonEncodedText.Encode("requestId");
    private static readonly JsonEncodedText TraceId = JsonEncodedText.Encode("traceId");
    private static readonly JsonEncodedText Protocol = JsonEncodedText.Encode("protocol");

    public static void Write(Utf8JsonWriter json, AccessLogEntry entry)
    {
        json.WriteStartObject();
        json.WriteString(Time, entry.Time);
        json.WriteString(Method, entry.Method);
        json.WriteString(Scheme, entry.Scheme);
        json.WriteString(Host, entry.Host);
        json.WriteString(Path, entry.Path);
        json.WriteString(Query, entry.Query);
        json.WriteNumber(Status, entry.Status);
        json.WriteNumber(BytesIn, entry.BytesIn);
        json.WriteNumber(BytesOut, entry.BytesOut);
        json.WriteNumber(DurationMs, Math.Round(entry.DurationMs, 3));
        WriteNumber(json, UpstreamMs, entry.UpstreamMs);
        WriteNumber(json, Attempts, entry.Attempts);
        json.WriteString(ClientIp, entry.ClientIp);
        json.WriteString(Workspace, entry.Workspace);
        json.WriteString(Route, entry.Route?.Text);
        json.WriteString(Backend, entry.Backend);
        json.WriteString(Endpoint, entry.Endpoint);
        json.WriteString(Position, entry.Position);
        json.WriteString(RequestId, entry.RequestId);
        json.WriteString(TraceId, entry.TraceId);
        json.WriteString(Protocol, entry.Protocol);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, JsonEncodedText name, double? value)
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
