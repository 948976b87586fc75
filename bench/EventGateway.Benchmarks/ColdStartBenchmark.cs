using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EventGateway.Core.Log;
using EventGateway.Core.Publishing;
using EventGateway.Kafka;
using EventGateway.TestKit.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Benchmarks;

/// <summary>A proxy as a process of its own: from its start until /readyz answers 200, and what memory it then holds.</summary>
internal static class ColdStartBenchmark
{
    private const int Rounds = 5;

    public static readonly IReadOnlyList<int> DefaultSizes = [0, 5_000, 10_000, 100_000];

    /// <param name="executable">The built <c>eventgateway.dll</c>.</param>
    /// <param name="sizes">Numbers of routes to try.</param>
    public static async Task RunAsync(TextWriter output, string executable, IReadOnlyList<int> sizes)
    {
        var report = new Report(output, "routes", "records", "start -> ready, s median", "min", "max", "resident MiB when ready, median", "peak MiB");
        await using var broker = await KafkaBroker.StartAsync(new KafkaBrokerOptions());
        foreach (var routes in sizes)
        {
            var prefix = $"bench{routes}";
            var records = await FillAsync(broker.BootstrapServers, prefix, routes);
            var (seconds, resident, peak) = (new List<double>(), new List<double>(), new List<double>());
            for (var n = 0; n < Rounds; n++)
            {
                var (time, rss, high) = await StartAsync(executable, broker.BootstrapServers, prefix);
                seconds.Add(time.TotalSeconds);
                resident.Add(rss);
                peak.Add(high);
            }

            var s = new Measurement(seconds);
            report.Row($"{routes:N0}", $"{records:N0}", Measurement.Text(s.Median), Measurement.Text(s.Min), Measurement.Text(s.Max), $"{new Measurement(resident).Median:N0}", $"{new Measurement(peak).Max:N0}");
        }
    }

    private static async Task<long> FillAsync(string broker, string prefix, int routes)
    {
        var options = new KafkaLogOptions { BootstrapServers = broker, Prefix = prefix, CreateTopics = true };
        await using var store = new KafkaConfigLogStore(options, NullLoggerFactory.Instance, TimeProvider.System);
        var log = store.Open(new LogName("bench", "bench"));
        var publisher = new WorkspacePublisher(log, new PublisherOptions { Origin = "bench" }, null, TimeProvider.System, NullLogger<WorkspacePublisher>.Instance);
        using var stop = new CancellationTokenSource();
        publisher.Submit(Fleet.Desired(Fleet.Entities(Shape.Unique, routes)));
        var running = publisher.RunAsync(stop.Token);
        while (!publisher.Status.IsCurrent)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await log.GetEndAsync(CancellationToken.None);
    }

    private static async Task<(TimeSpan Ready, double ResidentMiB, double PeakMiB)> StartAsync(string executable, string broker, string prefix)
    {
        var ports = new[] { FreePort(), FreePort(), FreePort() };
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [executable, "proxy", "--kafka", broker, "--prefix", prefix,
            "--http-port", Text(ports[0]), "--https-port", Text(ports[1]), "--status-port", Text(ports[2]), "--bind", "127.0.0.1", "--log-level", "warning"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            using var client = new HttpClient(new SocketsHttpHandler());
            var readyz = new Uri($"http://127.0.0.1:{ports[2]}/readyz");
            while (!await IsReadyAsync(client, readyz))
            {
                if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(1))
                {
                    throw new TimeoutException("The proxy was not ready within a minute.");
                }

                if (process.HasExited)
                {
                    throw new InvalidOperationException($"The proxy ended with exit code {process.ExitCode}.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            }

            var ready = Stopwatch.GetElapsedTime(start);
            return (ready, StatusMiB(process.Id, "VmRSS:"), StatusMiB(process.Id, "VmHWM:"));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, Uri readyz)
    {
        try
        {
            using var answer = await client.GetAsync(readyz);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static double StatusMiB(int pid, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
