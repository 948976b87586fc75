using System.Diagnostics;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Measures how long another publisher takes, and with it how late a change is served.</summary>
internal sealed class TimedPublisher(IImagePublisher inner, ProxyMetrics metrics, TimeProvider time) : IImagePublisher
{
    private readonly HashSet<LogName> _seen = [];

    public string Name => inner.Name;

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        var started = Stopwatch.GetTimestamp();
        inner.OnImage(log, delta, image);
        metrics.OnApplied(inner.Name, Stopwatch.GetElapsedTime(started));

        // A log's first image tells how long ago things changed, not how long they took to get here.
        if (!_seen.Add(log))
        {
            var now = time.GetUtcNow();
            Observe(log, delta.Routes?.Changed, now);
            Observe(log, delta.Backends?.Changed, now);
            Observe(log, delta.Endpoints?.Changed, now);
        }
    }

    public IEnumerable<RefusedRecord> Refused(LogName log) => inner.Refused(log);

    private void Observe(LogName log, IEnumerable<IImageEntry>? entries, DateTimeOffset now)
    {
        foreach (var entry in entries ?? [])
        {
            if (entry.Provenance.ObservedAt is { } observed && observed <= now)
            {
                metrics.OnServed(log, now - observed);
            }
        }
    }
}
