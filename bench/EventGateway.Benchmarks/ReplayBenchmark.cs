using System.Diagnostics;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Wire;
using EventGateway.Proxy.Routing;

namespace EventGateway.Benchmarks;

/// <summary>Where the time of a cold start goes once the records are in memory: decoding, the image, the routing table.</summary>
internal static class ReplayBenchmark
{
    private const int Rounds = 5;

    public static void Run(TextWriter output)
    {
        var report = new Report(output, "routes", "records", "decode ms", "decode + stage + commit ms", "image ms", "routing table ms", "first round, all ms");
        foreach (var routes in new[] { 10_000, 100_000 })
        {
            Measure(report, routes);
        }
    }

    private static void Measure(Report report, int routes)
    {
        var records = RecordsOf(routes);
        var (decode, assemble, image, table) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var first = 0.0;
        for (var round = 0; round <= Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var assembler = new ImageAssembler();
            foreach (var record in records)
            {
                assembler.Add(record);
            }

            var assembled = Stopwatch.GetTimestamp();
            var (delta, taken) = assembler.Take();
            var imaged = Stopwatch.GetTimestamp();
            new RoutingTable().OnImage(new LogName("bench", "bench"), delta, taken);
            var tabled = Stopwatch.GetTimestamp();
            foreach (var record in records)
            {
                RecordCodec.Decode(record);
            }

            if (round == 0)
            {
                first = Stopwatch.GetElapsedTime(start, tabled).TotalMilliseconds;
                continue;
            }

            assemble.Add(Stopwatch.GetElapsedTime(start, assembled).TotalMilliseconds);
            image.Add(Stopwatch.GetElapsedTime(assembled, imaged).TotalMilliseconds);
            table.Add(Stopwatch.GetElapsedTime(imaged, tabled).TotalMilliseconds);
            decode.Add(Stopwatch.GetElapsedTime(tabled).TotalMilliseconds);
        }

        report.Row($"{routes:N0}", $"{records.Count:N0}", Median(decode), Median(assemble), Median(image), Median(table), Measurement.Text(first));
    }

    private static string Median(List<double> samples) => Measurement.Text(new Measurement(samples).Median);

    private static List<LogRecord> RecordsOf(int routes)
    {
        var sequence = 0L;
        var hash = ImageHash.Empty;
        var records = new List<LogRecord>();
        foreach (var entity in Fleet.Entities(Shape.Unique, routes))
        {
            var change = EntityCodec.ToChange(entity, Provenance.None);
            hash = hash.Add(change.Key, change.Hash);
            records.Add(RecordCodec.Encode(change, new RecordVersion(1, ++sequence)));
        }

        var commit = new LogCommit(Guid.NewGuid(), 1, new RecordVersion(1, ++sequence), records.Count, hash, DateTimeOffset.UnixEpoch, null, CommitReason.Change, true, "bench");
        records.Add(RecordCodec.Encode(commit));
        return records;
    }
}
