namespace EventGateway.Benchmarks.Load;

/// <summary>What one short run of a load generator saw.</summary>
/// <param name="Requests">Answered with 2xx.</param>
/// <param name="Errors">Socket errors, timeouts, and answers of another status.</param>
/// <param name="P50">Milliseconds, as <paramref name="P99"/>.</param>
internal sealed record LoadSample(long Requests, long Errors, double RequestsPerSecond, double P50, double P99);
