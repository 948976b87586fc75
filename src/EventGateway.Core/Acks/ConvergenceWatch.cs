using System.Collections.Concurrent;
using System.Threading.Channels;
using EventGateway.Core.Log;
using EventGateway.Core.Publishing;
using Microsoft.Extensions.Hosting;

namespace EventGateway.Core.Acks;

/// <summary>
/// Waits, for every change set this process appends, until all live proxies serve it. Of a log without any proxy only the last change set is
/// kept waiting.
/// </summary>
public sealed class ConvergenceWatch(FleetReader fleet, TimeProvider time) : BackgroundService, IAppendObserver
{
    /// <summary>How often is looked though nothing was read: proxies are also found gone by time.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<LogName, Waiting> _waiting = new();
    private readonly Channel<bool> _appended = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Told on this service's thread, in the order of a log's change sets.</summary>
    public event Action<ServedChange>? Served;

    public void OnAppended(LogName log, LogPosition position, ChangeSet changes)
    {
        DateTimeOffset? observedAt = changes.Changes.Min(c => c.Provenance.ObservedAt);
        _waiting.GetOrAdd(log, static _ => new Waiting()).Add(position, observedAt, time.GetUtcNow());

        // Proxies may have told that they serve it before the writer is told that it is written.
        _appended.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var changed = fleet.Changed;
                _appended.Reader.TryRead(out _);
                foreach (var (log, waiting) in _waiting)
                {
                    Look(log, waiting);
                }

                await WaitAsync(changed, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task WaitAsync(Task changed, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, _appended.Reader.WaitToReadAsync(stop.Token).AsTask(), Task.Delay(LookInterval, time, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Look(LogName log, Waiting waiting)
    {
        if (waiting.LogId is not { } logId || fleet.CommitEverywhere(log, logId) is not { } commit)
        {
            waiting.Shrink();
            return;
        }

        foreach (var (position, observedAt) in waiting.TakeUpTo(logId, commit))
        {
            Served?.Invoke(new ServedChange(log, position, observedAt is { } at ? time.GetUtcNow() - at : null));
        }
    }

    /// <summary>The change sets of one log that wait, oldest first. Owns a lock.</summary>
    private sealed class Waiting
    {
        /// <summary>A proxy that lives and stands still holds up no more than these; older ones are not measured then.</summary>
        private const int MostWaiting = 10_000;

        private readonly Lock _lock = new();
        private readonly Queue<(LogPosition Position, DateTimeOffset? ObservedAt)> _queue = [];

        public Guid? LogId
        {
            get
            {
                lock (_lock)
                {
                    return _queue.TryPeek(out var first) ? first.Position.LogId : null;
                }
            }
        }

        public void Add(LogPosition position, DateTimeOffset? observedAt, DateTimeOffset now)
        {
            lock (_lock)
            {
                if (_queue.TryPeek(out var first) && first.Position.LogId != position.LogId)
                {
                    _queue.Clear();
                }

                // A file's time of writing may lie long before this process saw it, or ahead of its clock.
                _queue.Enqueue((position, observedAt > now ? now : observedAt));
                if (_queue.Count > MostWaiting)
                {
                    _queue.Dequeue();
                }
            }
        }

        public List<(LogPosition Position, DateTimeOffset? ObservedAt)> TakeUpTo(Guid logId, long commit)
        {
            List<(LogPosition, DateTimeOffset?)> taken = [];
            lock (_lock)
            {
                while (_queue.TryPeek(out var first) && first.Position.LogId == logId && first.Position.Commit <= commit)
                {
                    taken.Add(_queue.Dequeue());
                }
            }

            return taken;
        }

        public void Shrink()
        {
            lock (_lock)
            {
                while (_queue.Count > 1)
                {
                    _queue.Dequeue();
                }
            }
        }
    }
}
