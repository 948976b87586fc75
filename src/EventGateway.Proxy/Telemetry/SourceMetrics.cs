using EventGateway.Core.Publishing;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>How the source of this process' logs is followed; nothing where there is none that is followed by a stream.</summary>
internal sealed class SourceMetrics : IMetricSource
{
    private static readonly string[] KindLabel = ["kind"];

    /// <param name="source">Null: there is none.</param>
    public SourceMetrics(ProxyMetrics metrics, ISourceFeeds? source = null)
    {
        if (source is null)
        {
            return;
        }

        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        var events = factory.CreateCounter("eventgateway_watch_events_total", "Changes taken in: added, modified, deleted.", ["kind", "change"]);
        var lists = factory.CreateCounter("eventgateway_watch_lists_total", "Complete lists taken in, the first included.", KindLabel);
        var errors = factory.CreateCounter("eventgateway_watch_errors_total", "Requests and objects that failed.", ["kind", "reason"]);
        var streams = factory.CreateGauge("eventgateway_watch_streams", "Streams of changes that there are to be.", KindLabel);
        var connected = factory.CreateGauge("eventgateway_watch_streams_connected", "Streams of changes that are open.", KindLabel);
        var silence = factory.CreateGauge("eventgateway_watch_silence_seconds", "Since the open stream that is silent for longest was last heard of.", KindLabel);
        var problems = factory.CreateGauge("eventgateway_watch_problems", "What is not known, or not up to date; /status says why.", KindLabel);
        var delay = factory.CreateGauge("eventgateway_watch_delay_seconds", "From taking a change in to handing on what it comes to, of the last one.");
        metrics.Registry.AddBeforeCollectCallback(() =>
        {
            delay.Set(source.LastDelay.TotalSeconds);
            foreach (var feed in source.Feeds)
            {
                foreach (var (change, count) in feed.Events)
                {
                    events.WithLabels(feed.Name, change).IncTo(count);
                }

                foreach (var (reason, count) in feed.Errors)
                {
                    errors.WithLabels(feed.Name, reason).IncTo(count);
                }

                lists.WithLabels(feed.Name).IncTo(feed.Lists);
                streams.WithLabels(feed.Name).Set(feed.Streams);
                connected.WithLabels(feed.Name).Set(feed.OpenStreams);
                silence.WithLabels(feed.Name).Set(feed.Silence?.TotalSeconds ?? 0);
                problems.WithLabels(feed.Name).Set(feed.Problems.Length);
            }
        });
    }
}
