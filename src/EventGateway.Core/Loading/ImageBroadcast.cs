using System.Collections.Concurrent;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Loading;

/// <summary>
/// Hands images to the publishers, one call at a time whatever log it is for. One that throws is counted and named; the others
/// run. Owns a lock; the publishers are called under it.
/// </summary>
public sealed partial class ImageBroadcast(IEnumerable<IImagePublisher> publishers, ILogger<ImageBroadcast> logger)
{
    private readonly Lock _lock = new();
    private readonly List<IImagePublisher> _publishers = [.. publishers];
    private readonly Dictionary<LogName, ConfigImage> _images = [];
    private readonly ConcurrentDictionary<string, long> _faults = new(StringComparer.Ordinal);
    private readonly HashSet<(string Publisher, LogName Log)> _failed = [];

    /// <summary>How often each publisher has thrown.</summary>
    public IReadOnlyDictionary<string, long> Faults => _faults;

    /// <summary>Adds a publisher; it first gets every image there is as a delta from empty.</summary>
    public void Attach(IImagePublisher publisher)
    {
        lock (_lock)
        {
            _publishers.Add(publisher);
            foreach (var (log, image) in _images)
            {
                Call_NeedsLock(publisher, log, ConfigDelta.FromEmpty(image), image);
            }
        }
    }

    public void Publish(LogName log, ConfigDelta delta, ConfigImage image)
    {
        lock (_lock)
        {
            _images[log] = image;
            foreach (var publisher in _publishers)
            {
                Call_NeedsLock(publisher, log, delta, image);
            }
        }
    }

    /// <summary>Whether some publisher threw on the log's last image, so that it cannot be said that the image is in use.</summary>
    public bool HasFailed(LogName log)
    {
        lock (_lock)
        {
            return _failed.Any(f => f.Log == log);
        }
    }

    /// <summary>What the publishers could not use of a log's image.</summary>
    public IReadOnlyList<RefusedRecord> Refused(LogName log)
    {
        lock (_lock)
        {
            return [.. _publishers.SelectMany(p => Refused_NeedsLock(p, log))];
        }
    }

    private IReadOnlyList<RefusedRecord> Refused_NeedsLock(IImagePublisher publisher, LogName log)
    {
        try
        {
            return [.. publisher.Refused(log)];
        }
#pragma warning disable CA1031 // As in OnImage: counted and reported, and the status of the others can still be told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Report(e, publisher, log, _images.GetValueOrDefault(log));
            return [];
        }
    }

    private void Call_NeedsLock(IImagePublisher publisher, LogName log, ConfigDelta delta, ConfigImage image)
    {
        try
        {
            publisher.OnImage(log, delta, image);
            _failed.Remove((publisher.Name, log));
        }
#pragma warning disable CA1031 // A fault of one publisher must not stop the others; it is counted and reported, never swallowed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failed.Add((publisher.Name, log));
            Report(e, publisher, log, image);
        }
    }

    private void Report(Exception e, IImagePublisher publisher, LogName log, ConfigImage? image)
    {
        _faults.AddOrUpdate(publisher.Name, 1, static (_, count) => count + 1);
        LogPublisherFault(e, publisher.Name, log, image?.Position.Commit ?? 0);
    }

    [LoggerMessage(1000, LogLevel.Error, "Publisher {Publisher} failed on {Log} at commit {Commit}; the others go on")]
    private partial void LogPublisherFault(Exception e, string publisher, LogName log, long commit);
}
