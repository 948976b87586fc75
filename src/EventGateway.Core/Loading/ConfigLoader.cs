using System.Collections.Concurrent;
using System.Collections.Immutable;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Loading;

/// <summary>
/// Follows every log of a store that the options include: those there are, and those that come. A log that vanishes keeps its
/// image. Ready once every log found at the start was read to its end and one of them at least holds all its writer wanted; from
/// then on ready for ever, whatever becomes of the store.
/// </summary>
public sealed partial class ConfigLoader : BackgroundService
{
    private readonly IConfigLogStore _store;
    private readonly LoaderOptions _options;
    private readonly ImageBroadcast _broadcast;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<ConfigLoader> _logger;
    private readonly ConcurrentDictionary<LogName, ImageLoader> _loaders = new();
    private readonly List<Task> _running = [];
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ImmutableHashSet<LogName>? _atStart;
    private volatile bool _wasReady;

    public ConfigLoader(IConfigLogStore store, LoaderOptions options, ImageBroadcast broadcast, TimeProvider time, ILoggerFactory loggers)
    {
        _store = store;
        _options = options;
        _broadcast = broadcast;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<ConfigLoader>();
    }

    public string Source => _store.Source;

    public bool IsConnected => _store.IsConnected;

    /// <summary>One per log, ordered by name.</summary>
    public IReadOnlyList<LogStatus> Statuses => [.. _loaders.OrderBy(l => l.Key).Select(l => l.Value.Status)];

    /// <summary>Hash over the images of all logs.</summary>
    public ImageHash ImageHash => Image.ImageHash.Combine(_loaders.Select(l => (l.Key, l.Value.Status.Image.Hash)));

    public Readiness Readiness
    {
        get
        {
            if (_wasReady)
            {
                return Readiness.Ready;
            }

            var reasons = ReasonsNotReady();
            _wasReady = reasons.IsEmpty;
            return new Readiness(reasons);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var watching = WatchAsync(stop.Token);
        try
        {
            await Task.WhenAny(watching, _failure.Task).Unwrap();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            await stop.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(_running);
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var logs in _store.WatchLogsAsync(cancellationToken))
        {
            var included = logs.Where(_options.Includes).ToImmutableHashSet();
            _running.AddRange(included.Where(l => !_loaders.ContainsKey(l)).Order().Select(log => Follow(log, cancellationToken)));
            _atStart = _atStart is { Count: > 0 } ? _atStart : included;
        }

        await Task.WhenAll(_running);
    }

    private async Task Follow(LogName log, CancellationToken cancellationToken)
    {
        LogFollowing(log);
        var loader = new ImageLoader(_store.Open(log), _broadcast, _time, _loggers.CreateLogger<ImageLoader>());
        _loaders[log] = loader;

        // Leaves the caller's turn, so that the logs are read side by side.
        await Task.Yield();
        try
        {
            await loader.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
#pragma warning disable CA1031 // A bug in one loader must end the process, through the one place that is watched.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure.TrySetException(e);
        }
    }

    private ImmutableArray<string> ReasonsNotReady()
    {
        if (_atStart is not { } logs)
        {
            return [$"the {_store.Source} log store has not answered yet{(_store.LastFault is { } fault ? $": {fault}" : "")}"];
        }

        if (logs.IsEmpty)
        {
            return ["there is no config log yet: start a watcher, or check --prefix, --origin and --workspace"];
        }

        var statuses = logs.Select(l => _loaders.TryGetValue(l, out var loader) ? loader.Progress : new LogStatus(l)).OrderBy(s => s.Log).ToList();
        var reading = statuses.Where(s => s is { CaughtUp: false, Fault: null }).Select(s => $"{s.Log} is being read: offset {Math.Max(0, s.ReadOffset)} of {s.EndOffset}");
        var faulty = statuses.Where(s => s.Fault is not null).Select(s => $"{s.Log}: {s.Fault}").ToList();

        var empty = statuses.Where(s => s is { CaughtUp: true, Fault: null } && s.Image.Position == LogPosition.None)
            .Select(s => $"{s.Log} does not hold a whole config yet: wait for the watcher of origin '{s.Log.Origin}', or start it").ToList();

        // One broken log must not keep the proxy from serving the others; when there is none to serve, there is nothing to vouch for.
        var nothingToServe = faulty.Count + empty.Count == statuses.Count && _loaders.Values.All(l => l.Progress.Image.Position == LogPosition.None);
        return [.. reading, .. nothingToServe ? faulty.Concat(empty) : []];
    }

    [LoggerMessage(1020, LogLevel.Information, "Following {Log}")]
    private partial void LogFollowing(LogName log);
}
