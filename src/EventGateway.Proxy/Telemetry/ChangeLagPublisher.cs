using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Comes behind the publishers that serve, and measures how long ago each change was seen at its source. A log's first image is left out:
/// it tells how long ago things changed, not how long they took to get here.
/// </summary>
internal sealed class ChangeLagPublisher(ProxyMetrics metrics, TimeProvider time) : IImagePublisher
{
    private readonly HashSet<LogName> _seen = [];

    public string Name => "change-lag";

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        if (_seen.Add(log))
        {
            return;
        }

        var now = time.GetUtcNow();
        Observe(log, delta.Routes?.Changed, now);
        Observe(log, delta.Backends?.Changed, now);
        Observe(log, delta.Endpoints?.Changed, now);
        Observe(log, delta.Certificates?.Changed, now);
    }

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
