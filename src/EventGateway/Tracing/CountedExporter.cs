using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace EventGateway.Tracing;

/// <summary>Sends spans, counts what was taken and what was not, and says in the log when that begins to fail and when it works again. Used by the exporting thread.</summary>
internal sealed partial class CountedExporter(OtlpExporterOptions options, TraceExportCounts counts, ILogger logger) : OtlpTraceExporter(options)
{
    private readonly Uri _endpoint = options.Endpoint;
    private bool _isFailing;

    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        // Reading a batch empties it.
        var spans = activityBatch.Count;
        var result = base.Export(activityBatch);
        var isTaken = result == ExportResult.Success;
        counts.OnBatch(spans, isTaken);
        if (isTaken == _isFailing)
        {
            _isFailing = !isTaken;
            if (_isFailing)
            {
                LogFailing(_endpoint, spans);
            }
            else
            {
                LogWorking(_endpoint, counts.DroppedByCollector + counts.DroppedByQueue);
            }
        }

        return result;
    }

    [LoggerMessage(6041, LogLevel.Warning, "The trace collector {Endpoint} does not take spans: {Spans} are lost, and those that come until it does. Requests are not touched")]
    private partial void LogFailing(Uri endpoint, long spans);

    [LoggerMessage(6042, LogLevel.Information, "The trace collector {Endpoint} takes spans again; {Spans} were lost so far")]
    private partial void LogWorking(Uri endpoint, long spans);
}
