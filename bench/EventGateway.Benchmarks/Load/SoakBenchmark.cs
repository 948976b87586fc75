using System.Diagnostics;
using System.Globalization;
using EventGateway.TestKit.Processes;

namespace EventGateway.Benchmarks.Load;

/// <summary>
/// Minutes of load while change sets are applied all the time: whether memory stays where it is. The gateway runs with its access log and
/// per-route metrics on, as that is where something could pile up.
/// </summary>
internal static class SoakBenchmark
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ChangeEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private const double Segment = 10;

    public static async Task RunAsync(TextWriter output, LoadOptions options)
    {
        using var area = new LoadArea();
        var work = LoadCase.KeepAlive[0];
        await using var upstream = StaticUpstream.Create(area, out var upstreams);
        await upstream.StartAsync(work);
        var statusPort = FreePorts.Take();
        await using var gateway = GatewayPeer.Create(area, options, new GatewayBuild("gateway", options.Executable, []), "gateway", withLog: true, upstreams, statusPort);
        await gateway.StartAsync(work);
        using var heap = new HeapWatch(gateway.Id);
        using var stop = new CancellationTokenSource();
        var changing = ChangeAsync(new ChangingManifests(area, "gateway"), stop.Token);
        var loading = LoadAsync(area, gateway, work, options, stop.Token);
        var (resident, live) = await SampleAsync(output, options, gateway, heap, loading);
        await stop.CancelAsync();
        var (requests, errors) = await loading;
        var written = await changing;
        Print(output, resident, live);
        var commits = await CommitsAsync(statusPort);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"\n{requests:N0} requests, {errors} errors; {written:N0} manifests written, {commits:N0} change sets applied; {heap.Collections:N0} collections."));
    }

    private static async Task<(Trend Resident, Trend Live)> SampleAsync(TextWriter output, LoadOptions options, Peer gateway, HeapWatch heap, Task loading)
    {
        var (resident, live) = (new Trend(), new Trend());
        var report = new Report(output, "minute", "resident MiB", "managed heap after the last collection, MiB");
        var began = Stopwatch.GetTimestamp();
        var nextLine = TimeSpan.Zero;
        using var timer = new PeriodicTimer(SampleEvery);
        while (await timer.WaitForNextTickAsync() && Stopwatch.GetElapsedTime(began) is var elapsed && elapsed < WarmUp + TimeSpan.FromMinutes(options.Minutes) && !loading.IsCompleted)
        {
            if (elapsed < WarmUp)
            {
                continue;
            }

            var at = elapsed - WarmUp;
            resident.Add(at, gateway.ResidentKiB() / 1024.0);
            live.Add(at, heap.Bytes / 1024.0 / 1024.0);
            if (at >= nextLine)
            {
                report.Row($"{at.TotalMinutes:N1}", $"{resident.Last:N1}", $"{live.Last:N1}");
                nextLine += TimeSpan.FromMinutes(0.5);
            }
        }

        return (resident, live);
    }

    private static async Task<int> ChangeAsync(ChangingManifests manifests, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(ChangeEvery);
        while (!stop.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            manifests.Change();
        }

        return manifests.Changes;
    }

    private static async Task<(long Requests, long Errors)> LoadAsync(LoadArea area, Peer gateway, LoadCase work, LoadOptions options, CancellationToken stop)
    {
        var (requests, errors) = (0L, 0L);
        while (!stop.IsCancellationRequested)
        {
            var sample = await LoadGenerator.RunAsync(area, gateway, work, Segment, options.Concurrency);
            requests += sample.Requests;
            errors += sample.Errors;
            gateway.EmptyLogs();
        }

        return (requests, errors);
    }

    private static async Task<long> CommitsAsync(int statusPort)
    {
        using var client = new HttpClient(new SocketsHttpHandler());
        var metrics = await client.GetStringAsync(new Uri($"http://127.0.0.1:{statusPort}/metrics"));
        var line = metrics.Split('\n').First(l => l.StartsWith("eventgateway_config_commit{", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
    }

    private static void Print(TextWriter output, Trend resident, Trend live)
    {
        output.WriteLine();
        var report = new Report(output, "", "first MiB", "last MiB", "max MiB", "slope, MiB a minute");
        Row("resident", resident);
        Row("managed heap", live);

        void Row(string name, Trend trend) => report.Row(name, $"{trend.First:N1}", $"{trend.Last:N1}", $"{trend.Max:N1}", $"{trend.Slope:N2}");
    }
}
