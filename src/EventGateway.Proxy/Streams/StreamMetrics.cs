using EventGateway.Proxy.Telemetry;
using Prometheus;

namespace EventGateway.Proxy.Streams;

/// <summary>What is counted of connections that are carried through as bytes. Connections without a route count under an empty workspace.</summary>
internal sealed class StreamMetrics : IMetricSource
{
    private readonly Counter _connections;
    private readonly Counter _bytes;
    private readonly Gauge _open;

    public StreamMetrics(ProxyMetrics metrics)
    {
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _connections = factory.CreateCounter(
            "eventgateway_stream_connections_total", "TCP and TLS connections of the stream ports that have ended, by how.", ["workspace", "outcome"]);
        _bytes = factory.CreateCounter("eventgateway_stream_bytes_total", "Bytes carried through for clients of the stream ports, counted at the end of each connection.", ["workspace", "direction"]);
        _open = factory.CreateGauge("eventgateway_stream_connections_open", "TCP and TLS connections of the stream ports that are open.");
    }

    public void OnBegin() => _open.Inc();

    public void OnEnd(string workspace, StreamOutcome outcome, long bytesIn, long bytesOut)
    {
        _open.Dec();
        _connections.WithLabels(workspace, NameOf(outcome)).Inc();
        if (bytesIn > 0)
        {
            _bytes.WithLabels(workspace, "in").Inc(bytesIn);
        }

        if (bytesOut > 0)
        {
            _bytes.WithLabels(workspace, "out").Inc(bytesOut);
        }
    }

    public static string NameOf(StreamOutcome outcome) => outcome switch
    {
        StreamOutcome.Done => "done",
        StreamOutcome.NoRoute => "no_route",
        StreamOutcome.NoEndpoint => "no_endpoint",
        StreamOutcome.NoHello => "no_hello",
        StreamOutcome.ClientTlsFailed => "client_tls_failed",
        StreamOutcome.ConnectFailed => "connect_failed",
        StreamOutcome.Idle => "idle",
        StreamOutcome.Stopped => "stopped",
        _ => "broken",
    };
}
