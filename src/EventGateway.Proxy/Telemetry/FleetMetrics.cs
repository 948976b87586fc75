using EventGateway.Core.Acks;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>What a writer knows of the proxies: how many there are, and how long a change takes to be served by all of them.</summary>
internal sealed class FleetMetrics : IMetricSource
{
    private static readonly double[] Buckets = [.001, .0025, .005, .01, .02, .03, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300];

    private static readonly string[] States = ["ready", "not-ready", "lost"];

    public FleetMetrics(ProxyMetrics metrics, FleetReader fleet, ConvergenceWatch convergence)
    {
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        var toAll = factory.CreateHistogram(
            "eventgateway_change_to_all_proxies_seconds",
            "From seeing a change at its source to every live proxy serving it.",
            ["origin", "workspace"],
            new HistogramConfiguration { Buckets = Buckets });
        convergence.Served += served =>
        {
            if (served.Took is { } took)
            {
                toAll.WithLabels(served.Log.Origin, served.Log.Workspace).Observe(took.TotalSeconds);
            }
        };
        var proxies = factory.CreateGauge("eventgateway_fleet_proxies", "Proxies by state: ready, not-ready, or lost: not heard of lately, and did not say that it leaves.", ["state"]);
        var readable = factory.CreateGauge("eventgateway_fleet_known", "Whether what the proxies serve could be read.");
        metrics.Registry.AddBeforeCollectCallback(() =>
        {
            var members = fleet.Fleet.Members.Where(m => m.Heartbeat is not null).ToLookup(m => !fleet.IsAlive(m) ? "lost" : m.Heartbeat!.IsReady ? "ready" : "not-ready");
            foreach (var state in States)
            {
                proxies.WithLabels(state).Set(members[state].Count());
            }

            readable.Set(fleet is { ReachedEnd: true, Fault: null } ? 1 : 0);
        });
    }
}
