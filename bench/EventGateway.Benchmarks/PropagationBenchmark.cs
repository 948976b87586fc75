using System.Diagnostics;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Publishing;
using EventGateway.Kafka;
using EventGateway.Proxy.Routing;
using EventGateway.TestKit.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Benchmarks;

/// <summary>
/// From a change set's commit until the last of three proxies serves it: three Kafka consumers, loaders and routing tables, one
/// writer, one broker on loopback, all on this machine. Idle, and under a steady thousand endpoint changes a second.
/// </summary>
internal static class PropagationBenchmark
{
    private const int Routes = 5_000;
    private const int Proxies = 3;
    private const int Changes = 400;
    private const int ChurnPerSecond = 1_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(TextWriter output)
    {
        await using var broker = await KafkaBroker.StartAsync(new KafkaBrokerOptions());
        var options = new KafkaLogOptions { BootstrapServers = broker.BootstrapServers, CreateTopics = true };
        var name = new LogName("bench", "bench");
        await using var store = new KafkaConfigLogStore(options, NullLoggerFactory.Instance, TimeProvider.System);
        var log = new TimedLog(store.Open(name));
        var publisher = new WorkspacePublisher(log, new PublisherOptions { Origin = name.Origin }, null, TimeProvider.System, NullLogger<WorkspacePublisher>.Instance);
        using var stop = new CancellationTokenSource();
        var desired = Fleet.Desired(Fleet.Entities(Shape.Unique, Routes));
        publisher.Submit(desired);
        var writing = publisher.RunAsync(stop.Token);
        await UntilAsync(() => publisher.Status.IsCurrent);

        var probes = new List<ServedProbe>();
        var running = new List<(ConfigLoader Loader, KafkaConfigLogStore Store)>();
        for (var i = 0; i < Proxies; i++)
        {
            var probe = new ServedProbe();
            var proxyStore = new KafkaConfigLogStore(options, NullLoggerFactory.Instance, TimeProvider.System);
            var broadcast = new ImageBroadcast([new RoutingTable(), probe], NullLogger<ImageBroadcast>.Instance);
            var loader = new ConfigLoader(proxyStore, new LoaderOptions(), broadcast, TimeProvider.System, NullLoggerFactory.Instance);
            await loader.StartAsync(stop.Token);
            probes.Add(probe);
            running.Add((loader, proxyStore));
        }

        await UntilAsync(() => running.TrueForAll(r => r.Loader.Readiness.IsReady && !r.Loader.ImageHash.Equals(ImageHash.Empty)));
        var report = new Report(output, "load", "changes", "commit -> served by all 3, ms p50", "p90", "p99", "max", "submitted -> served by all 3, ms p50", "p99");
        desired = await MeasureAsync(report, "idle", publisher, log, probes, desired, churnPerSecond: 0);
        await MeasureAsync(report, $"{ChurnPerSecond:N0} endpoint changes a second", publisher, log, probes, desired, ChurnPerSecond);

        await stop.CancelAsync();
        await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var (loader, proxyStore) in running)
        {
            await loader.StopAsync(CancellationToken.None);
            loader.Dispose();
            await proxyStore.DisposeAsync();
        }
    }

    private static async Task<DesiredState> MeasureAsync(
        Report report, string load, WorkspacePublisher publisher, TimedLog log, List<ServedProbe> probes, DesiredState desired, int churnPerSecond)
    {
        var first = publisher.Status.Position.Commit;
        var random = new Random(1);
        var submitted = new List<(string Mark, long At)>();
        var started = Stopwatch.GetTimestamp();
        var generation = 0;
        for (var n = 0; n < Changes; n++)
        {
            var route = Fleet.RouteOf(Shape.Unique, n, random.Next(Fleet.BackendCount(Routes))) with { CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(first * 1_000 + n) };
            desired = desired.With([], [new DesiredEntity(route, Provenance.None)]);
            submitted.Add((ServedProbe.MarkOf(route), Stopwatch.GetTimestamp()));
            publisher.Submit(desired);
            var next = (n + 1) * Interval;
            while (Stopwatch.GetElapsedTime(started) < next)
            {
                var due = (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * churnPerSecond);
                for (; generation < due; generation++)
                {
                    var endpoints = Fleet.EndpointsOf(random.Next(Fleet.BackendCount(Routes)), generation);
                    desired = desired.With([], [new DesiredEntity(endpoints, Provenance.None)]);
                }

                publisher.Submit(desired);
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
        }

        await UntilAsync(() => publisher.Status.IsCurrent && submitted.TrueForAll(s => probes.TrueForAll(p => p.RouteServedAt.ContainsKey(s.Mark))));
        var last = publisher.Status.Position.Commit;
        await UntilAsync(() => probes.TrueForAll(p => p.ServedAt.ContainsKey(last)));
        var commits = new Measurement(log.CommittedAt.Where(c => c.Key > first && c.Key <= last)
            .Select(c => Math.Max(0, Stopwatch.GetElapsedTime(c.Value, probes.Max(p => p.ServedAt[c.Key])).TotalMilliseconds)));
        var whole = new Measurement(submitted.Select(s => Stopwatch.GetElapsedTime(s.At, probes.Max(p => p.RouteServedAt[s.Mark])).TotalMilliseconds));
        report.Row(load, $"{commits.Count} change sets", Measurement.Text(commits.Median), Measurement.Text(commits.P90), Measurement.Text(commits.P99), Measurement.Text(commits.Max), Measurement.Text(whole.Median), Measurement.Text(whole.P99));
        return desired;
    }

    private static async Task UntilAsync(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string waiting = "")
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(1))
            {
                throw new TimeoutException($"The fleet did not get there within two minutes: {waiting}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
