namespace EventGateway.Proxy.Telemetry;

/// <summary>What becomes of finished spans, for the metrics. Registered by whoever exports them.</summary>
public interface ITraceExport
{
    /// <summary>Spans the collector has taken.</summary>
    long Exported { get; }

    /// <summary>Spans lost because the queue was full.</summary>
    long DroppedByQueue { get; }

    /// <summary>Spans lost because the collector did not take them.</summary>
    long DroppedByCollector { get; }

    /// <summary>Spans that wait.</summary>
    int Queued { get; }
}
