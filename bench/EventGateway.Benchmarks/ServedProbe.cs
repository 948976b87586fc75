using System.Collections.Concurrent;
using System.Diagnostics;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Benchmarks;

/// <summary>Stands behind the routing table: notes when each commit serves, and when each marked route does.</summary>
internal sealed class ServedProbe : IImagePublisher
{
    private long _lastCommit;

    public ConcurrentDictionary<long, long> ServedAt { get; } = new();

    public ConcurrentDictionary<string, long> RouteServedAt { get; } = new();

    public string Name => "probe";

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        var now = Stopwatch.GetTimestamp();

        // Several commits may arrive in one image: all of them serve now.
        for (; _lastCommit < image.Position.Commit; _lastCommit++)
        {
            ServedAt[_lastCommit + 1] = now;
        }

        foreach (var route in delta.Routes?.Changed ?? [])
        {
            RouteServedAt[MarkOf(route.Entity)] = now;
        }
    }

    /// <summary>What tells one version of a route from the next in these measurements.</summary>
    public static string MarkOf(Route route) => $"{route.Key}#{route.HttpsRedirectStatus}#{route.CreatedAt?.Ticks}";
}
