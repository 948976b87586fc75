using System.Diagnostics;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Measures how long another publisher takes.</summary>
internal sealed class TimedPublisher(IImagePublisher inner, ProxyMetrics metrics, ChangeStages stages) : IImagePublisher
{
    public string Name => inner.Name;

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        var started = Stopwatch.GetTimestamp();
        inner.OnImage(log, delta, image);
        var took = Stopwatch.GetElapsedTime(started);
        metrics.OnApplied(inner.Name, took);
        stages.Add(image, inner.Name, started, took);
    }

    public IEnumerable<RefusedRecord> Refused(LogName log) => inner.Refused(log);
}
