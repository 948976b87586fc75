namespace EventGateway.Proxy.Telemetry;

/// <summary>What is gathered about one request for the access log.</summary>
/// <param name="Input">Null: the request has no body.</param>
internal sealed record RequestRecord(AccessLogEntry Entry, CountingStream? Input, CountingStream Output);
