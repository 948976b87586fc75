using EventGateway.Proxy.Telemetry;
using Prometheus;

namespace EventGateway.Proxy.Pipeline;

/// <summary>What is counted of clients' connections before there is a request.</summary>
internal sealed class ConnectionMetrics(ProxyMetrics metrics) : IMetricSource
{
    private readonly Counter _refused = Metrics.WithCustomRegistry(metrics.Registry).CreateCounter(
        "eventgateway_connections_refused_total", "Connections closed before anything was served, by reason.", ["reason"]);

    /// <param name="reason">limit, untrusted, no_proxy_header, bad_proxy_header or late_proxy_header.</param>
    public void OnRefused(string reason) => _refused.WithLabels(reason).Inc();
}
