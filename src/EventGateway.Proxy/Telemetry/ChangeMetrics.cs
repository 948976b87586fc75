using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>What changes and how long the stages take, over all logs: per log there is <c>eventgateway_change_to_proxy_seconds</c>.</summary>
internal sealed class ChangeMetrics : IMetricSource
{
    private static readonly double[] StageBuckets = [.00001, .0001, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60];

    private readonly Counter _changes;
    private readonly Histogram _stages;

    public ChangeMetrics(ProxyMetrics metrics)
    {
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _changes = factory.CreateCounter("eventgateway_config_changes_total", "Entities changed, first images not counted.", ["kind", "change"]);
        _stages = factory.CreateHistogram(
            "eventgateway_change_stage_seconds",
            "Stages of a change's way: observed_to_committed and committed_to_read by two machines' clocks, read_to_served by this one's.",
            ["stage"],
            new HistogramConfiguration { Buckets = StageBuckets });
    }

    public void OnChange(ChangeSummary change)
    {
        if (change.IsFirst)
        {
            return;
        }

        foreach (var (kind, added, changed, removed) in change.Counts)
        {
            Count(kind, "added", added);
            Count(kind, "changed", changed);
            Count(kind, "removed", removed);
        }

        Observe("observed_to_committed", change.ToCommit);
        Observe("committed_to_read", change.ToRead);
        Observe("read_to_served", change.ToServed);
    }

    private void Count(string kind, string change, int count)
    {
        if (count > 0)
        {
            _changes.WithLabels(kind, change).Inc(count);
        }
    }

    private void Observe(string stage, TimeSpan? took)
    {
        if (took is { } time)
        {
            _stages.WithLabels(stage).Observe(time.TotalSeconds);
        }
    }
}
