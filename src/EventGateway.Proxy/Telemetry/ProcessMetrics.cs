using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// The process and its runtime, under the names that dashboards for .NET know; read when the metrics are asked for. The runtime's own meter
/// is not listened to: the same numbers are there to be read, and its names would have to be translated.
/// </summary>
internal sealed class ProcessMetrics : IMetricSource
{
    public ProcessMetrics(ProxyMetrics metrics, ProxyOptions options)
    {
        var registry = metrics.Registry;
        DotNetStats.Register(registry);
        var factory = Metrics.WithCustomRegistry(registry);
        factory.CreateGauge("eventgateway_build_info", "1, with what runs here.", ["version", "role"]).WithLabels(GatewayVersion.Text, options.Role).Set(1);
        var allocated = factory.CreateCounter("dotnet_allocated_bytes_total", "Bytes allocated since the start.");
        var paused = factory.CreateCounter("dotnet_gc_pause_seconds_total", "Time all threads stood still for the garbage collector.");
        var heap = factory.CreateGauge("dotnet_gc_heap_bytes", "Size of the heap after the last collection.");
        var committed = factory.CreateGauge("dotnet_gc_committed_bytes", "Memory the garbage collector holds.");
        var threads = factory.CreateGauge("dotnet_threadpool_threads", "Threads of the pool.");
        var queue = factory.CreateGauge("dotnet_threadpool_queue_length", "Work that waits for a thread of the pool: for long above 0, the process has not enough CPU.");
        var contention = factory.CreateCounter("dotnet_lock_contention_total", "Times a thread had to wait for a lock.");
        registry.AddBeforeCollectCallback(() =>
        {
            var memory = GC.GetGCMemoryInfo();
            allocated.IncTo(GC.GetTotalAllocatedBytes());
            paused.IncTo(GC.GetTotalPauseDuration().TotalSeconds);
            heap.Set(memory.HeapSizeBytes);
            committed.Set(memory.TotalCommittedBytes);
            threads.Set(ThreadPool.ThreadCount);
            queue.Set(ThreadPool.PendingWorkItemCount);
            contention.IncTo(Monitor.LockContentionCount);
        });
    }
}
