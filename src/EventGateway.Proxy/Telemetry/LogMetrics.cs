using EventGateway.Core.Loading;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Metrics of the logs, read from their state when the metrics are asked for.</summary>
internal sealed class LogMetrics : IMetricSource
{
    private static readonly string[] LogLabels = ["origin", "workspace"];

    private readonly IGatewayState _state;
    private readonly TimeProvider _time;
    private readonly Gauge _commit;
    private readonly Gauge _age;
    private readonly Gauge _refused;
    private readonly Gauge _lag;
    private readonly Gauge _hashMatches;
    private readonly Gauge _faulty;
    private readonly Gauge _entities;
    private readonly Gauge _connected;
    private readonly Gauge _ready;

    public LogMetrics(ProxyMetrics metrics, IGatewayState state, TimeProvider time)
    {
        _state = state;
        _time = time;
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _commit = factory.CreateGauge("eventgateway_config_commit", "Change set of the log in use.", LogLabels);
        _age = factory.CreateGauge("eventgateway_config_age_seconds", "Since the log's writer was last heard of.", LogLabels);
        _refused = factory.CreateGauge("eventgateway_config_refused", "Records of the log that are not in use.", LogLabels);
        _lag = factory.CreateGauge("eventgateway_config_lag_records", "Records of the log that were seen to be there and are not read yet.", LogLabels);
        _hashMatches = factory.CreateGauge("eventgateway_config_hash_matches", "Whether the image has the hash that the log's writer states.", LogLabels);
        _faulty = factory.CreateGauge("eventgateway_log_faulty", "Whether the log cannot be read or written; /status says why.", LogLabels);
        _entities = factory.CreateGauge("eventgateway_config_entities", "Entities in use, over all logs.", ["kind"]);
        _connected = factory.CreateGauge("eventgateway_log_connected", "Whether the log store answers.");
        _ready = factory.CreateGauge("eventgateway_ready", "Whether /readyz says so.");
        metrics.Registry.AddBeforeCollectCallback(Read);
    }

    private void Read()
    {
        _connected.Set(_state.IsConnected ? 1 : 0);
        _ready.Set(_state.Readiness.IsReady ? 1 : 0);
        var logs = _state.Logs;
        Count(logs);
        var now = _time.GetUtcNow();
        foreach (var log in logs)
        {
            var (origin, workspace) = (log.Log.Origin, log.Log.Workspace);
            _commit.WithLabels(origin, workspace).Set(log.Image.Position.Commit);
            _refused.WithLabels(origin, workspace).Set(log.Refused.Length);
            _lag.WithLabels(origin, workspace).Set(Math.Max(0, log.EndOffset - Math.Max(0, log.ReadOffset)));
            _hashMatches.WithLabels(origin, workspace).Set(log.HashMatches ? 1 : 0);
            _faulty.WithLabels(origin, workspace).Set(log.Fault is null ? 0 : 1);
            if (log.LastHeardAt is { } heard)
            {
                _age.WithLabels(origin, workspace).Set(Math.Max(0, (now - heard).TotalSeconds));
            }
        }
    }

    private void Count(IReadOnlyList<LogStatus> logs)
    {
        _entities.WithLabels("route").Set(logs.Sum(l => l.Image.Routes.Count));
        _entities.WithLabels("backend").Set(logs.Sum(l => l.Image.Backends.Count));
        _entities.WithLabels("endpoints").Set(logs.Sum(l => l.Image.Endpoints.Count));
        _entities.WithLabels("certificate").Set(logs.Sum(l => l.Image.Certificates.Count));
        _entities.WithLabels("listener").Set(logs.Sum(l => l.Image.Listeners.Count));
        _entities.WithLabels("unknown").Set(logs.Sum(l => l.Image.Unknown.Count));
    }
}
