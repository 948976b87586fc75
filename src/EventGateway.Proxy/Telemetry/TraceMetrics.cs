using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>What becomes of spans; nothing where nothing is traced.</summary>
internal sealed class TraceMetrics : IMetricSource
{
    /// <param name="export">Null: nothing is traced.</param>
    public TraceMetrics(ProxyMetrics metrics, ITraceExport? export = null)
    {
        if (export is null)
        {
            return;
        }

        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        var exported = factory.CreateCounter("eventgateway_trace_spans_exported_total", "Spans that the collector has taken.");
        var dropped = factory.CreateCounter(
            "eventgateway_trace_spans_dropped_total", "Spans lost: queue, more came than could be sent; collector, it did not take them.", ["reason"]);
        var queued = factory.CreateGauge("eventgateway_trace_spans_queued", "Spans that wait to be sent.");
        metrics.Registry.AddBeforeCollectCallback(() =>
        {
            exported.IncTo(export.Exported);
            dropped.WithLabels("queue").IncTo(export.DroppedByQueue);
            dropped.WithLabels("collector").IncTo(export.DroppedByCollector);
            queued.Set(export.Queued);
        });
    }
}
