using System.Diagnostics;
using EventGateway.Core.Log;
using EventGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Benchmarks;

/// <summary>What finding a request's route costs: random hosts, one hot host, and a miss.</summary>
internal static class MatchBenchmark
{
    private const int Requests = 1_000_000;
    private const int Rounds = 7;

    public static void Run(TextWriter output)
    {
        var report = new Report(output, "shape", "routes", "random ns", "same ns", "miss ns", "bytes per match");
        foreach (var shape in Enum.GetValues<Shape>())
        {
            foreach (var routes in new[] { 1_000, 10_000, 100_000 })
            {
                var table = new RoutingTable();
                TableBenchmark.Load(new LogName("bench", "bench"), table, Fleet.Entities(shape, routes));
                var random = new Random(1);
                var picks = Enumerable.Range(0, 512).Select(_ => random.Next(routes)).ToArray();
                var hits = RequestsFor(shape, picks);
                var (randomNs, bytes) = Measure(table, hits);
                var (sameNs, _) = Measure(table, [hits[0]]);
                var (missNs, _) = Measure(table, [Request("nobody.example.net", "/nothing")]);
                report.Row(shape.ToString(), $"{routes:N0}", $"{randomNs:N0}", $"{sameNs:N0}", $"{missNs:N0}", $"{bytes:N2}");
            }
        }
    }

    private static RouteRequest[] RequestsFor(Shape shape, int[] picks) =>
        [.. picks.Select(i => Request(Fleet.HostOf(shape, i), Fleet.PathOf(shape, i)))];

    private static RouteRequest Request(string host, string path) => new(host, path, "GET", false, new HeaderDictionary(), "");

    private static (double Nanoseconds, double Bytes) Measure(RoutingTable table, RouteRequest[] requests)
    {
        var samples = new List<double>();
        var bytes = 0L;
        var found = 0;
        for (var round = 0; round <= Rounds; round++)
        {
            var bytes0 = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Requests; i++)
            {
                found += table.TryMatch(in requests[i % requests.Length], out _) ? 1 : 0;
            }

            var elapsed = Stopwatch.GetElapsedTime(start);
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes0;
            if (round > 0)
            {
                samples.Add(elapsed.TotalNanoseconds / Requests);
            }
        }

        GC.KeepAlive(found);
        return (new Measurement(samples).Median, (double)bytes / Requests);
    }
}
