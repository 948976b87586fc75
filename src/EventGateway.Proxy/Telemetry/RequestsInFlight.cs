using System.Runtime.InteropServices;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Requests that have begun and not ended. Each core counts in a cell of its own, so that counting is no place where all requests meet; a
/// request may begin in one cell and end in another, and only the sum means something.
/// </summary>
internal sealed class RequestsInFlight : IMetricSource
{
    private readonly Cell[] _cells = new Cell[64];

    public RequestsInFlight(ProxyMetrics metrics)
    {
        var gauge = Metrics.WithCustomRegistry(metrics.Registry).CreateGauge("eventgateway_requests_in_flight", "Requests that have begun and not ended.");
        metrics.Registry.AddBeforeCollectCallback(() => gauge.Set(Count));
    }

    public long Count => Math.Max(0, _cells.Sum(c => Volatile.Read(ref c.Value)));

    public void Enter() => Interlocked.Increment(ref Here.Value);

    public void Exit() => Interlocked.Decrement(ref Here.Value);

    private ref Cell Here => ref _cells[Thread.GetCurrentProcessorId() & 63];

    /// <summary>A cache line, and the one that is fetched with it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(0)]
        public long Value;
    }
}
