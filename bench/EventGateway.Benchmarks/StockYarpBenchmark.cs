using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace EventGateway.Benchmarks;

/// <summary>The baseline: stock YARP told by <see cref="InMemoryConfigProvider.Update(IReadOnlyList{RouteConfig}, IReadOnlyList{ClusterConfig})"/> that one route has another cluster.</summary>
internal static class StockYarpBenchmark
{
    public static async Task RunAsync(TextWriter output)
    {
        var report = new Report(output, "shape", "routes", "Update median ms", "Update max ms", "allocated, MiB", "samples");
        foreach (var (shape, routes, samples) in new[]
        {
            (Shape.Unique, 1_000, 20), (Shape.Unique, 10_000, 10), (Shape.Unique, 100_000, 3),
            (Shape.Shared, 1_000, 10), (Shape.Shared, 10_000, 2),
            (Shape.OneHost, 1_000, 20), (Shape.OneHost, 10_000, 10), (Shape.OneHost, 100_000, 3),
        })
        {
            await MeasureAsync(report, shape, routes, samples);
        }
    }

    private static async Task MeasureAsync(Report report, Shape shape, int routes, int samples)
    {
        var configs = Enumerable.Range(0, routes).Select(i => RouteOf(shape, i, i / Fleet.RoutesPerBackend)).ToArray();
        var clusters = Enumerable.Range(0, Fleet.BackendCount(routes)).Select(ClusterOf).ToArray();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Services.AddReverseProxy().LoadFromMemory(configs, clusters);
        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync();

        // The first matcher is built by the first request; only later ones are built inside Update.
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var client = new HttpClient(new SocketsHttpHandler()) { Timeout = TimeSpan.FromMinutes(5) };
        (await client.GetAsync(new Uri($"{address}/nothing"))).Dispose();

        var provider = app.Services.GetRequiredService<InMemoryConfigProvider>();
        var random = new Random(1);
        var (times, bytes) = (new List<double>(), new List<double>());
        for (var n = 0; n <= samples; n++)
        {
            var changed = (RouteConfig[])configs.Clone();
            var i = random.Next(routes);
            changed[i] = RouteOf(shape, i, random.Next(clusters.Length));
            var bytes0 = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            provider.Update(changed, clusters);
            if (n > 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                bytes.Add(GC.GetTotalAllocatedBytes(precise: true) - bytes0);
            }
        }

        var (t, b) = (new Measurement(times), new Measurement(bytes));
        report.Row(shape.ToString(), $"{routes:N0}", Measurement.Text(t.Median), Measurement.Text(t.Max), $"{b.Median / 1024 / 1024:N1}", $"{samples}");
        await app.StopAsync();
    }

    private static RouteConfig RouteOf(Shape shape, int i, int cluster) => new()
    {
        RouteId = $"r{i}",
        ClusterId = $"c{cluster}",
        Match = new RouteMatch { Hosts = [Fleet.HostOf(shape, i)], Path = Fleet.PathOf(shape, i).TrimEnd('/') + "/{**rest}" },
    };

    private static ClusterConfig ClusterOf(int b) => new()
    {
        ClusterId = $"c{b}",
        Destinations = new Dictionary<string, DestinationConfig>
        {
            ["a"] = new() { Address = $"http://10.0.{(b >> 8) & 255}.{b & 255}:8080" },
            ["b"] = new() { Address = $"http://10.1.{(b >> 8) & 255}.{b & 255}:8080" },
        },
    };
}
