using EventGateway.Proxy.Telemetry;
using Prometheus;

namespace EventGateway.Proxy.Pipeline;

/// <summary>What a process that stops still waits for, as gauges; read when the metrics are asked for.</summary>
internal sealed class DrainMetrics : IMetricSource
{
    public DrainMetrics(ProxyMetrics metrics, DrainState state)
    {
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        var draining = factory.CreateGauge("eventgateway_draining", "Whether this process is on its way out and not ready any more.");
        var requests = factory.CreateGauge("eventgateway_requests_in_flight", "Requests that have begun and are not over, WebSockets and streams among them.");
        metrics.Registry.AddBeforeCollectCallback(() =>
        {
            draining.Set(state.IsDraining ? 1 : 0);
            requests.Set(state.RequestsInFlight);
        });
    }
}
