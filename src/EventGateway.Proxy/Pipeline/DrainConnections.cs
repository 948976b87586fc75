using System.Diagnostics.Metrics;
using EventGateway.Proxy.Telemetry;

namespace EventGateway.Proxy.Pipeline;

/// <summary>How many connections clients hold open, by the server's own count; those of the status port do not count where its number is known.</summary>
public sealed class DrainConnections : IMetricSource, IDisposable
{
    private const string Server = "Microsoft.AspNetCore.Server.Kestrel";
    private const string Counter = "kestrel.active_connections";

    private readonly MeterListener _listener = new();
    private readonly int? _statusPort;
    private long _count;

    /// <param name="meters">The meters of this host: another one in the same process has connections of its own.</param>
    public DrainConnections(IMeterFactory meters, ProxyOptions options)
    {
        _statusPort = options.StatusPort;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == Counter && instrument.Meter.Name == Server && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, tags, _) => Count(change, tags));
        _listener.Start();
    }

    public long Open => Math.Max(0, Interlocked.Read(ref _count));

    public void Dispose() => _listener.Dispose();

    private void Count(long change, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag is { Key: "server.port", Value: int port } && port == _statusPort)
            {
                return;
            }
        }

        Interlocked.Add(ref _count, change);
    }
}
