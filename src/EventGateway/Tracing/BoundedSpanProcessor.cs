using System.Diagnostics;
using OpenTelemetry;

namespace EventGateway.Tracing;

/// <summary>
/// The library's queue and thread, behind a count of its own: the library keeps to itself how many spans it had to drop. What is let
/// through always finds room, as the queue behind is as long as the count allows.
/// </summary>
internal sealed class BoundedSpanProcessor(CountedExporter exporter, TraceExportCounts counts)
    : BatchActivityExportProcessor(exporter, Capacity, (int)Delay.TotalMilliseconds, (int)ExportTimeout.TotalMilliseconds, BatchSize)
{
    public const int Capacity = 4096;
    private const int BatchSize = 512;

    /// <summary>How long a batch waits to become full.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan ExportTimeout = TimeSpan.FromSeconds(5);

    public override void OnEnd(Activity data)
    {
        if (data.Recorded && counts.TryEnqueue(Capacity))
        {
            base.OnEnd(data);
        }
    }
}
