using System.Collections.Concurrent;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Core.Tests.Loading;

internal sealed class RecordingPublisher(string name = "recording", bool throws = false) : IImagePublisher
{
    private readonly ConcurrentQueue<(LogName Log, ConfigDelta Delta, ConfigImage Image)> _calls = [];

    public string Name => name;

    public IReadOnlyList<(LogName Log, ConfigDelta Delta, ConfigImage Image)> Calls => [.. _calls];

    public bool Throws { get; set; } = throws;

    public IReadOnlyList<RefusedRecord> Unusable { get; set; } = [];

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        _calls.Enqueue((log, delta, image));
        if (Throws)
        {
            throw new InvalidOperationException("This publisher always fails");
        }
    }

    public IEnumerable<RefusedRecord> Refused(LogName log) => Throws ? throw new InvalidOperationException("Here too") : Unusable;

    public override string ToString() => string.Join("; ", Calls.Select(c => $"{c.Log}@{c.Image.Position.Commit}: {c.Delta.Count} of {c.Image.Count}"));
}
