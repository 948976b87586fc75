using EventGateway.Proxy.Telemetry;

namespace EventGateway.Tracing;

/// <summary>What became of the spans. Counted by the threads that end spans and by the one that exports.</summary>
internal sealed class TraceExportCounts : ITraceExport
{
    private long _exported;
    private long _droppedByQueue;
    private long _droppedByCollector;
    private int _queued;

    public long Exported => Volatile.Read(ref _exported);

    public long DroppedByQueue => Volatile.Read(ref _droppedByQueue);

    public long DroppedByCollector => Volatile.Read(ref _droppedByCollector);

    public int Queued => Volatile.Read(ref _queued);

    /// <returns>False: the queue is full, and the span is counted as lost.</returns>
    public bool TryEnqueue(int capacity)
    {
        if (Interlocked.Increment(ref _queued) <= capacity)
        {
            return true;
        }

        Interlocked.Decrement(ref _queued);
        Interlocked.Increment(ref _droppedByQueue);
        return false;
    }

    public void OnBatch(long spans, bool isTaken)
    {
        Interlocked.Add(ref _queued, -(int)spans);
        Interlocked.Add(ref isTaken ? ref _exported : ref _droppedByCollector, spans);
    }
}
