using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Connections of clients and their handshakes, from the server's own meter. It costs something per connection and nothing per request: the
/// instruments that count requests are not listened to. The client side's meter (System.Net.Http) is not listened to at all: it is told of
/// each request several times, under the address of each endpoint.
/// </summary>
internal sealed class ServerConnectionMetrics : IMetricSource, IDisposable
{
    private const string ServerMeter = "Microsoft.AspNetCore.Server.Kestrel";
    private static readonly double[] HandshakeBuckets = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<int, string> _ports = new();
    private readonly IMeterFactory _meters;
    private readonly Gauge _connections;
    private readonly Gauge _upgraded;
    private readonly Gauge _handshaking;
    private readonly Histogram _handshakes;

    public ServerConnectionMetrics(ProxyMetrics metrics, IMeterFactory meters)
    {
        _meters = meters;
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _connections = factory.CreateGauge("eventgateway_connections", "Open connections of clients, by the port they came in on.", ["port"]);
        _upgraded = factory.CreateGauge("eventgateway_connections_upgraded", "Open connections that have become something else, as WebSocket.");
        _handshaking = factory.CreateGauge("eventgateway_tls_handshakes_running", "TLS handshakes that have begun and not ended.");
        _handshakes = factory.CreateHistogram(
            "eventgateway_tls_handshake_duration_seconds", "TLS handshakes with clients, by their end.", ["result"], new HistogramConfiguration { Buckets = HandshakeBuckets });
        foreach (var result in new[] { "ok", "failed" })
        {
            _handshakes.WithLabels(result);
        }

        _listener.InstrumentPublished = OnPublished;
        _listener.SetMeasurementEventCallback<long>(OnCount);
        _listener.SetMeasurementEventCallback<double>(OnDuration);
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    // Of this host only: meters are the process's, their factory is not.
    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == ServerMeter && ReferenceEquals(instrument.Meter.Scope, _meters)
            && instrument.Name is "kestrel.active_connections" or "kestrel.upgraded_connections" or "kestrel.active_tls_handshakes"
                or "kestrel.tls_handshake.duration")
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private void OnCount(Instrument instrument, long measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        switch (instrument.Name)
        {
            case "kestrel.active_connections":
                _connections.WithLabels(PortOf(tags)).Inc(measurement);
                break;
            case "kestrel.upgraded_connections":
                _upgraded.Inc(measurement);
                break;
            default:
                _handshaking.Inc(measurement);
                break;
        }
    }

    private void OnDuration(Instrument instrument, double measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        _handshakes.WithLabels(Find(tags, "error.type") is null ? "ok" : "failed").Observe(measurement);

    private string PortOf(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Find(tags, "server.port") is int port ? _ports.GetOrAdd(port, static p => p.ToString(CultureInfo.InvariantCulture)) : "";

    private static object? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }
}
