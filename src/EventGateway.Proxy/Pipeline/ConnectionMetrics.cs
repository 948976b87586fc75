using EventGateway.Proxy.Telemetry;
using Prometheus;

namespace EventGateway.Proxy.Pipeline;

/// <summary>What is counted of clients' connections before there is a request.</summary>
internal sealed class ConnectionMetrics
{
    private readonly Gauge _open;
    private readonly Counter _refused;

    public ConnectionMetrics(ProxyMetrics metrics)
    {
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _open = factory.CreateGauge("eventgateway_connections_open", "Connections of clients, over all ports but the status port.");
        _refused = factory.CreateCounter("eventgateway_connections_refused_total", "Connections closed before anything was served, by reason.", ["reason"]);
    }

    public void OnBegin() => _open.Inc();

    public void OnEnd() => _open.Dec();

    /// <param name="reason">limit, untrusted, no_proxy_header, bad_proxy_header or late_proxy_header.</param>
    public void OnRefused(string reason) => _refused.WithLabels(reason).Inc();
}
