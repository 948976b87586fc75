namespace EventGateway.Proxy.Telemetry;

/// <summary>What is gathered about one request for the access log.</summary>
internal sealed record RequestRecord(AccessLogEntry Entry, CountingStream Input, CountingStream Output);
