using System.Collections.Concurrent;
using EventGateway.Core.Log;
using EventGateway.Core.Sealing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Publishing;

/// <summary>
/// Keeps every log of one origin at what a source wants: one <see cref="WorkspacePublisher"/> per workspace, made when the source
/// first mentions it. A workspace the source mentions no more is emptied, not deleted.
/// </summary>
public sealed partial class OriginPublisher : BackgroundService
{
    private readonly IConfigLogStore _store;
    private readonly IConfigSource _source;
    private readonly PublisherOptions _options;
    private readonly KeyRing? _keyRing;
    private readonly IReadOnlyList<IAppendObserver> _observers;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<OriginPublisher> _logger;
    private readonly ConcurrentDictionary<string, WorkspacePublisher> _publishers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private Task _emptying = Task.CompletedTask;
    private readonly List<Task> _running = [];
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _sourceListed;
    private bool _looksForUnlisted;

    public OriginPublisher(
        IConfigLogStore store, IConfigSource source, PublisherOptions options, TimeProvider time, ILoggerFactory loggers, KeyRing? keyRing = null,
        IEnumerable<IAppendObserver>? observers = null)
    {
        _store = store;
        _source = source;
        _options = options;
        _keyRing = keyRing;
        _observers = [.. observers ?? []];
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<OriginPublisher>();
    }

    /// <summary>One per workspace, ordered by name.</summary>
    public IReadOnlyList<PublisherStatus> Statuses => [.. _publishers.Values.Select(p => p.Status).OrderBy(s => s.Log)];

    /// <summary>Whether the source has said once, completely, what it wants.</summary>
    public bool SourceListed => _sourceListed;

    /// <summary>Faults when this origin can be written no more and the process must stop: with <see cref="LogFencedException"/> when somebody else took over a log.</summary>
    public Task Failure => _failure.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var following = FollowSourceAsync(stop.Token);
        try
        {
            await Task.WhenAny(following, _failure.Task).Unwrap();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (LogFencedException)
        {
            // The owner of this service watches Failure and stops the process; the other logs must not be written meanwhile.
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _emptying;
            await Task.WhenAll(_running);
        }
    }

    private async Task FollowSourceAsync(CancellationToken cancellationToken)
    {
        await foreach (var wanted in _source.WatchAsync(cancellationToken))
        {
            foreach (var (workspace, state) in wanted.Workspaces)
            {
                Submit(workspace, wanted.IsPartial ? state with { IsPartial = true } : state, cancellationToken);
            }

            foreach (var (workspace, publisher) in _publishers)
            {
                if (!wanted.Workspaces.ContainsKey(workspace) && !wanted.LeftAlone.Contains(workspace))
                {
                    publisher.Submit(wanted.IsPartial ? DesiredState.Empty with { IsPartial = true } : DesiredState.Empty);
                }
            }

            if (_options.OwnsOrigin && !wanted.IsPartial && !_looksForUnlisted)
            {
                _looksForUnlisted = true;
                _emptying = GuardAsync(EmptyUnlistedAsync(wanted, cancellationToken), cancellationToken);
            }

            _sourceListed = true;
        }

        // A source that has said all it will ever say: the logs are kept alive until the stop.
        await _emptying;
        await Task.WhenAll(_running);
    }

    /// <summary>Logs left by an earlier run for workspaces that are gone now.</summary>
    private async Task EmptyUnlistedAsync(SourceState wanted, CancellationToken cancellationToken)
    {
        await foreach (var logs in _store.WatchLogsAsync(cancellationToken))
        {
            foreach (var log in logs.Where(l => l.Origin == _options.Origin && !wanted.Workspaces.ContainsKey(l.Workspace) && !wanted.LeftAlone.Contains(l.Workspace) && !_publishers.ContainsKey(l.Workspace)))
            {
                LogUnlisted(log);
                Submit(log.Workspace, DesiredState.Empty, cancellationToken, onlyIfNew: true);
            }

            return;
        }
    }

    /// <param name="onlyIfNew">Leaves a workspace alone that the source has mentioned meanwhile.</param>
    private void Submit(string workspace, DesiredState state, CancellationToken cancellationToken, bool onlyIfNew = false)
    {
        lock (_lock)
        {
            var isNew = !_publishers.TryGetValue(workspace, out var publisher);
            if (isNew)
            {
                var log = _store.Open(new LogName(_options.Origin, workspace));
                publisher = new WorkspacePublisher(log, _options, _keyRing, _time, _loggers.CreateLogger<WorkspacePublisher>(), _observers);
                _publishers[workspace] = publisher;
                _running.Add(RunAsync(publisher, cancellationToken));
            }

            if (isNew || !onlyIfNew)
            {
                publisher!.Submit(state);
            }
        }
    }

    private async Task RunAsync(WorkspacePublisher publisher, CancellationToken cancellationToken)
    {
        // Leaves the caller's turn, so that one log's store work does not hold up the next.
        await Task.Yield();
        await GuardAsync(publisher.RunAsync(cancellationToken), cancellationToken);
    }

    private async Task GuardAsync(Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
#pragma warning disable CA1031 // Another writer, or a bug in one of ours, must end the process, through the one place that is watched.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure.TrySetException(e);
        }
    }

    [LoggerMessage(1120, LogLevel.Information, "{Log} is left from an earlier run and nothing mentions it any more: its entities are to be removed")]
    private partial void LogUnlisted(LogName log);
}
