using EventGateway.Core.Loading.LastKnownGood;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>The last-known-good files: what is served from them, how old they are, and whether they can be read and written. Read when the metrics are asked for.</summary>
internal sealed class LastKnownGoodMetrics
{
    private static readonly string[] LogLabels = ["origin", "workspace"];

    private readonly IGatewayState _state;
    private readonly LastKnownGoodFolder _folder;
    private readonly LastKnownGoodWriter _writer;
    private readonly TimeProvider _time;
    private readonly Gauge _loaded;
    private readonly Gauge _commit;
    private readonly Gauge _age;
    private readonly Gauge _refused;
    private readonly Counter _failures;

    public LastKnownGoodMetrics(ProxyMetrics metrics, IGatewayState state, LastKnownGoodFolder folder, LastKnownGoodWriter writer, TimeProvider time)
    {
        (_state, _folder, _writer, _time) = (state, folder, writer, time);
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _loaded = factory.CreateGauge("eventgateway_last_known_good_loaded", "Whether the log is served from its last-known-good file.", LogLabels);
        _commit = factory.CreateGauge("eventgateway_last_known_good_commit", "Change set in the log's last-known-good file.", LogLabels);
        _age = factory.CreateGauge("eventgateway_last_known_good_age_seconds", "Since the log's last-known-good file was written; it is written when the config changes.", LogLabels);
        _refused = factory.CreateGauge("eventgateway_last_known_good_refused", "Last-known-good files that were refused at the start and have not been replaced.");
        _failures = factory.CreateCounter("eventgateway_last_known_good_write_failures_total", "Last-known-good files that could not be written.");
        metrics.Registry.AddBeforeCollectCallback(Read);
    }

    private void Read()
    {
        foreach (var log in _state.Logs)
        {
            _loaded.WithLabels(log.Log.Origin, log.Log.Workspace).Set(log.LastKnownGoodAt is null ? 0 : 1);
        }

        var now = _time.GetUtcNow();
        foreach (var (log, copy) in _folder.Copies)
        {
            _commit.WithLabels(log.Origin, log.Workspace).Set(copy.Commit);
            _age.WithLabels(log.Origin, log.Workspace).Set(Math.Max(0, (now - copy.WrittenAt).TotalSeconds));
        }

        _refused.Set(_folder.Refused.Count);
        _failures.IncTo(_writer.Failures);
    }
}
