using System.Diagnostics;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;
using EventGateway.Proxy.Routing;

namespace EventGateway.Benchmarks;

/// <summary>What one changed route costs: the image's delta and the routing table, time and bytes allocated.</summary>
internal static class TableBenchmark
{
    private const int WarmUp = 2_000;
    private const int Samples = 2_000;

    public static void Run(TextWriter output)
    {
        var report = new Report(output, "shape", "routes", "table median ms", "table p99 ms", "image + table median ms", "allocated by table, bytes", "allocated by image + table, bytes");
        foreach (var shape in Enum.GetValues<Shape>())
        {
            foreach (var routes in new[] { 1_000, 10_000, 100_000 })
            {
                Measure(report, shape, routes);
            }
        }
    }

    private static void Measure(Report report, Shape shape, int routes)
    {
        var log = new LogName("bench", "bench");
        var table = new RoutingTable();
        var image = Load(log, table, Fleet.Entities(shape, routes));
        var random = new Random(1);
        var (tableMs, allMs, tableBytes, allBytes) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var n = 0; n < WarmUp + Samples; n++)
        {
            var change = EntityCodec.ToChange(Fleet.RouteOf(shape, random.Next(routes), random.Next(Fleet.BackendCount(routes))), Provenance.None);
            var bytes0 = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            var delta = new ConfigDelta(image);
            delta.Put(change.Entity!, change.Hash, new RecordVersion(1, n + routes * 3L), Provenance.None);
            image = delta.Apply(image.Position with { Commit = n });
            var bytes1 = GC.GetAllocatedBytesForCurrentThread();
            var middle = Stopwatch.GetTimestamp();
            table.OnImage(log, delta, image);
            var end = Stopwatch.GetTimestamp();
            var bytes2 = GC.GetAllocatedBytesForCurrentThread();
            if (n >= WarmUp)
            {
                tableMs.Add(Stopwatch.GetElapsedTime(middle, end).TotalMilliseconds);
                allMs.Add(Stopwatch.GetElapsedTime(start, end).TotalMilliseconds);
                tableBytes.Add(bytes2 - bytes1);
                allBytes.Add(bytes2 - bytes0);
            }
        }

        var (t, a, tb, ab) = (new Measurement(tableMs), new Measurement(allMs), new Measurement(tableBytes), new Measurement(allBytes));
        report.Row(shape.ToString(), $"{routes:N0}", Measurement.Text(t.Median), Measurement.Text(t.P99), Measurement.Text(a.Median), $"{tb.Median:N0}", $"{ab.Median:N0}");
    }

    public static ConfigImage Load(LogName log, RoutingTable table, IEnumerable<Entity> entities)
    {
        var delta = new ConfigDelta(ConfigImage.Empty);
        var sequence = 0L;
        foreach (var entity in entities)
        {
            var change = EntityCodec.ToChange(entity, Provenance.None);
            delta.Put(entity, change.Hash, new RecordVersion(1, ++sequence), Provenance.None);
        }

        var image = delta.Apply(new LogPosition(Guid.NewGuid(), 1, 1, sequence, sequence, null));
        table.OnImage(log, delta, image);
        return image;
    }
}
