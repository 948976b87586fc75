using EventGateway.Proxy.Telemetry;
using Prometheus;

namespace EventGateway.Proxy.Tls;

/// <summary>What goes wrong with certificates, by the words of <see cref="PeerFault"/>.</summary>
internal sealed class TlsMetrics
{
    private readonly Counter _clients;
    private readonly Counter _upstreams;

    public TlsMetrics(ProxyMetrics metrics)
    {
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _clients = factory.CreateCounter("eventgateway_client_certificates_refused_total", "Handshakes refused for the client's certificate.", ["reason"]);
        _upstreams = factory.CreateCounter("eventgateway_upstream_tls_failures_total", "Connections to upstreams that failed in TLS.", ["reason"]);
    }

    public void OnClientRefused(string reason) => _clients.WithLabels(reason).Inc();

    public void OnUpstreamFailed(string reason) => _upstreams.WithLabels(reason).Inc();
}
