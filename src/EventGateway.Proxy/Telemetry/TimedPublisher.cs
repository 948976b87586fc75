using System.Diagnostics;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Measures how long another publisher takes.</summary>
internal sealed class TimedPublisher(IImagePublisher inner, ProxyMetrics metrics) : IImagePublisher
{
    public string Name => inner.Name;

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        var started = Stopwatch.GetTimestamp();
        inner.OnImage(log, delta, image);
        metrics.OnApplied(inner.Name, Stopwatch.GetElapsedTime(started));
    }

    public IEnumerable<RefusedRecord> Refused(LogName log) => inner.Refused(log);
}
