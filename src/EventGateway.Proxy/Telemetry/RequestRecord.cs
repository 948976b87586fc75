namespace EventGateway.Proxy.Telemetry;

/// <summary>What of one request is counted for the access log while it runs.</summary>
/// <param name="Input">Null: the request has no body.</param>
/// <param name="Output">Null: there is no access log.</param>
internal readonly record struct RequestRecord(CountingStream? Input, CountingStream? Output);
