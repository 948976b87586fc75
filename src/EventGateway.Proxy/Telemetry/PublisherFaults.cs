using EventGateway.Core.Loading;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Exceptions of the publishers, as the broadcast has counted them.</summary>
internal sealed class PublisherFaults : IMetricSource
{
    /// <param name="broadcast">Null: this process follows no logs.</param>
    public PublisherFaults(ProxyMetrics metrics, ImageBroadcast? broadcast = null)
    {
        if (broadcast is null)
        {
            return;
        }

        var faults = Metrics.WithCustomRegistry(metrics.Registry).CreateCounter(
            "eventgateway_config_publisher_faults_total", "Exceptions of what puts images into use; what it made of the image before stays.", ["publisher"]);
        metrics.Registry.AddBeforeCollectCallback(() =>
        {
            foreach (var (publisher, count) in broadcast.Faults)
            {
                faults.WithLabels(publisher).IncTo(count);
            }
        });
    }
}
