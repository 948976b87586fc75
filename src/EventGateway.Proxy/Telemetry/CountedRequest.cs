namespace EventGateway.Proxy.Telemetry;

/// <summary>Counts a request's body.</summary>
internal sealed class CountedRequest(Stream inner) : CountingStream(inner);
