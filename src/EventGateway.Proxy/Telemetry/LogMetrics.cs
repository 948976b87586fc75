using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Metrics of the logs, read from their state when the metrics are asked for.</summary>
internal sealed class LogMetrics
{
    private static readonly string[] LogLabels = ["origin", "workspace"];

    private readonly IGatewayState _state;
    private readonly TimeProvider _time;
    private readonly Gauge _commit;
    private readonly Gauge _age;
    private readonly Gauge _refused;
    private readonly Gauge _connected;

    public LogMetrics(ProxyMetrics metrics, IGatewayState state, TimeProvider time)
    {
        _state = state;
        _time = time;
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _commit = factory.CreateGauge("eventgateway_config_commit", "Change set of the log in use.", LogLabels);
        _age = factory.CreateGauge("eventgateway_config_age_seconds", "Since the log's writer was last heard of.", LogLabels);
        _refused = factory.CreateGauge("eventgateway_config_refused", "Records of the log that are not in use.", LogLabels);
        _connected = factory.CreateGauge("eventgateway_log_connected", "Whether the log store answers.");
        metrics.Registry.AddBeforeCollectCallback(Read);
    }

    private void Read()
    {
        _connected.Set(_state.IsConnected ? 1 : 0);
        var now = _time.GetUtcNow();
        foreach (var log in _state.Logs)
        {
            var (origin, workspace) = (log.Log.Origin, log.Log.Workspace);
            _commit.WithLabels(origin, workspace).Set(log.Image.Position.Commit);
            _refused.WithLabels(origin, workspace).Set(log.Refused.Length);
            if (log.LastHeardAt is { } heard)
            {
                _age.WithLabels(origin, workspace).Set(Math.Max(0, (now - heard).TotalSeconds));
            }
        }
    }
}
