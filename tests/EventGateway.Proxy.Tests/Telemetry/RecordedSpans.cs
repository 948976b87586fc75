using System.Collections.Concurrent;
using System.Diagnostics;
using EventGateway.Proxy.Telemetry;

namespace EventGateway.Proxy.Tests.Telemetry;

/// <summary>Samples and keeps every span of the process, other tests' too.</summary>
internal sealed class RecordedSpans : IDisposable
{
    private readonly ActivityListener _listener;

    public RecordedSpans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == GatewaySpans.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ConcurrentQueue<Activity> Ended { get; } = new();

    public void Dispose() => _listener.Dispose();
}
