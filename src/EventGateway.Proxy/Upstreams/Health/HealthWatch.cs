using System.Collections.Concurrent;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tls;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>What the health of all backends shares: the clock and its one timer, the probes' connections, log and metrics.</summary>
internal sealed class HealthWatch : IDisposable
{
    /// <summary>Probes that are under way at once, of all backends: each holds a socket, and one of an endpoint that is gone holds it until the timeout.</summary>
    public const int MostProbes = 256;

    private readonly ConcurrentDictionary<BackendHealth, byte> _tracked = new();

    /// <param name="certificates">What probes show to endpoints that ask for a certificate; null: there are none.</param>
    public HealthWatch(TimeProvider time, UpstreamMetrics metrics, ILogger<HealthWatch> logger, CertificateTable? certificates = null)
    {
        Time = time;
        Metrics = metrics;
        Scheduler = new HealthScheduler(time);
        Log = new HealthLog(logger, time);

        // Nobody is told of each failed handshake: probes have a log and metrics of their own.
        Clients = new ProbeClients(new UpstreamHandshakes(certificates));
        metrics.CountWith(() => _tracked.Keys);
    }

    /// <summary>With the real clock, unheard: for tables that stand alone.</summary>
    public HealthWatch()
        : this(TimeProvider.System, new UpstreamMetrics(new ProxyMetrics(new ProxyOptions())), NullLogger<HealthWatch>.Instance)
    {
    }

    public TimeProvider Time { get; }

    public UpstreamMetrics Metrics { get; }

    public HealthScheduler Scheduler { get; }

    public ProbeClients Clients { get; }

    public HealthLog Log { get; }

    /// <summary>A probe enters before it begins; who waits is let in in turn.</summary>
    public SemaphoreSlim Probes { get; } = new(MostProbes);

    /// <summary>Whether the backend has endpoints to be counted.</summary>
    public void Track(BackendHealth backend, bool hasEndpoints)
    {
        if (hasEndpoints)
        {
            _tracked.TryAdd(backend, 0);
        }
        else
        {
            _tracked.TryRemove(backend, out _);
        }
    }

    public void Dispose()
    {
        Scheduler.Dispose();
        Clients.Dispose();
        Probes.Dispose();
    }
}
