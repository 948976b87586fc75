using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Comes behind all others, and tells of each change set what it brought and how long it took: metrics, a line in the log, a span.</summary>
internal sealed class ChangeReportPublisher(ChangeStages stages, ChangeMetrics metrics, ChangeLog log, TimeProvider time) : IImagePublisher
{
    private readonly HashSet<LogName> _seen = [];

    public string Name => "change-report";

    void IImagePublisher.OnImage(LogName name, ConfigDelta delta, ConfigImage image)
    {
        var change = new ChangeSummary(name, delta, image, stages.Of(image), _seen.Add(name), time);
        metrics.OnChange(change);
        if (log.Write(change))
        {
            ChangeSpans.Write(change);
        }
    }
}
