using EventGateway.Core.Loading.LastKnownGood;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>The last-known-good files: what is served from them, how old they are, and whether they can be read and written. Read when the metrics are asked for.</summary>
internal sealed class LastKnownGoodMetrics : IMetricSource
{
    private static readonly string[] LogLabels = ["origin", "workspace"];

    /// <param name="folder">Null, as is the writer: the process keeps no such files, and shows nothing of them.</param>
    public LastKnownGoodMetrics(ProxyMetrics metrics, IGatewayState state, TimeProvider time, LastKnownGoodFolder? folder = null, LastKnownGoodWriter? writer = null)
    {
        if (folder is null || writer is null)
        {
            return;
        }

        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        var loaded = factory.CreateGauge("eventgateway_last_known_good_loaded", "Whether the log is served from its last-known-good file.", LogLabels);
        var commit = factory.CreateGauge("eventgateway_last_known_good_commit", "Change set in the log's last-known-good file.", LogLabels);
        var age = factory.CreateGauge("eventgateway_last_known_good_age_seconds", "Since the log's last-known-good file was written; it is written when the config changes.", LogLabels);
        var refused = factory.CreateGauge("eventgateway_last_known_good_refused", "Last-known-good files that were refused at the start and have not been replaced.");
        var failures = factory.CreateCounter("eventgateway_last_known_good_write_failures_total", "Last-known-good files that could not be written.");
        metrics.Registry.AddBeforeCollectCallback(() =>
        {
            foreach (var log in state.Logs)
            {
                loaded.WithLabels(log.Log.Origin, log.Log.Workspace).Set(log.LastKnownGoodAt is null ? 0 : 1);
            }

            var now = time.GetUtcNow();
            foreach (var (log, copy) in folder.Copies)
            {
                commit.WithLabels(log.Origin, log.Workspace).Set(copy.Commit);
                age.WithLabels(log.Origin, log.Workspace).Set(Math.Max(0, (now - copy.WrittenAt).TotalSeconds));
            }

            refused.Set(folder.Refused.Count);
            failures.IncTo(writer.Failures);
        });
    }
}
