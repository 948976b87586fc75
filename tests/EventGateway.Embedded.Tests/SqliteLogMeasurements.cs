using System.Diagnostics;
using System.Security.Cryptography;
using EventGateway.Core.Log;
using Xunit;
using static EventGateway.Embedded.Tests.TestLogs;

namespace EventGateway.Embedded.Tests;

/// <summary>Not tests: they print what the embedded log costs on this machine. Run with <c>-explicit only</c>.</summary>
public sealed class SqliteLogMeasurements(ITestOutputHelper output) : IDisposable
{
    private const int ValueLength = 600;
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Explicit = true)]
    public async Task Append_OneRouteHistoryAndCommit_Latency()
    {
        await using var store = Open(_folder);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await using var collector = Collect(log);
        await MeasureAsync(writer, 200, i => i);
        Print("append, idle", await MeasureAsync(writer, 3000, i => i % 500));
        Print("append until a reader has it", await MeasureAsync(writer, 1000, i => i, o => collector.WaitAsync(c => c.Batches[^1].NextOffset > o, "it")));
    }

    [Fact(Explicit = true)]
    public async Task Append_WhileALargeLogIsCompacted_Latency()
    {
        await using var store = Open(_folder);
        await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
        for (var round = 0; round < 2; round++)
        {
            await FillAsync(writer, 100_000);
        }

        var started = Stopwatch.GetTimestamp();
        var compaction = store.CompactAsync(Shop, CancellationToken.None);
        var times = new List<double>();
        while (!compaction.IsCompleted)
        {
            times.AddRange(await MeasureAsync(writer, 1, i => i));
        }

        Print($"append while {await compaction} of 200000 records are compacted away in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms", times);
    }

    [Fact(Explicit = true)]
    public async Task Replay_HundredThousandRecords_Rate()
    {
        await using (var store = Open(_folder))
        {
            await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
            var started = Stopwatch.GetTimestamp();
            await FillAsync(writer, 100_000);
            output.WriteLine($"fill, 100,000 records of {ValueLength} bytes, 1,000 an append: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");
        }

        output.WriteLine($"file: {new FileInfo(_folder.Database).Length / 1e6:F0} MB");
        for (var i = 0; i < 3; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var store = Open(_folder);
            var opened = Stopwatch.GetElapsedTime(started);
            var count = 0;
            await foreach (var batch in store.Open(Shop).ReadAsync(0, CancellationToken.None))
            {
                count += batch.Records.Count;
                if (batch.ReachedEnd)
                {
                    break;
                }
            }

            var read = Stopwatch.GetElapsedTime(started) - opened;
            output.WriteLine($"open {opened.TotalMilliseconds:F1} ms, replay of {count} records {read.TotalMilliseconds:F0} ms: {count / read.TotalSeconds:N0} records/s");
        }
    }

    private static async Task FillAsync(IConfigLogWriter writer, int records)
    {
        foreach (var chunk in Enumerable.Range(0, records).Chunk(1000))
        {
            await writer.AppendAsync([.. chunk.Select(i => Route(i))]);
        }
    }

    private static async Task<List<double>> MeasureAsync(IConfigLogWriter writer, int appends, Func<int, int> key, Func<long, Task>? then = null)
    {
        var times = new List<double>(appends);
        for (var i = 0; i < appends; i++)
        {
            var (route, commit) = (Route(key(i)), Put("commit", $"{i}"));
            var started = Stopwatch.GetTimestamp();
            var offset = await writer.AppendAsync([route, commit], route, CancellationToken.None);
            await (then?.Invoke(offset) ?? Task.CompletedTask);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    }

    private void Print(string what, List<double> times)
    {
        times.Sort();
        output.WriteLine($"{what}: n {times.Count}, p50 {At(0.5):F2} ms, p99 {At(0.99):F2} ms, max {times[^1]:F2} ms");
        double At(double part) => times[(int)(part * (times.Count - 1))];
    }

    private static LogRecord Route(int i) => new($"route/shop/ingress-{i}/0", RandomNumberGenerator.GetBytes(ValueLength));
}
