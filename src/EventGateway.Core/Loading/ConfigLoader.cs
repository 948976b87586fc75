using System.Collections.Concurrent;
using System.Collections.Immutable;
using EventGateway.Core.Image;
using EventGateway.Core.Loading.LastKnownGood;
using EventGateway.Core.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Loading;

/// <summary>
/// Follows every log of a store that the options include: those there are, and those that come. A log that vanishes keeps its
/// image. Ready once every log found at the start was read to its end and one of them at least holds all its writer wanted, or is served
/// from its last-known-good file; from then on ready for ever, whatever becomes of the store. Owns a lock over which logs it follows.
/// </summary>
public sealed partial class ConfigLoader : BackgroundService
{
    private const string NotRestored = "the last-known-good files are not in use yet";

    private readonly IConfigLogStore _store;
    private readonly LoaderOptions _options;
    private readonly ImageBroadcast _broadcast;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<ConfigLoader> _logger;
    private readonly LastKnownGoodFolder? _lastKnownGood;
    private readonly Lock _following = new();
    private readonly ConcurrentDictionary<LogName, ImageLoader> _loaders = new();
    private readonly List<Task> _running = [];
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _offered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ImmutableHashSet<LogName>? _atStart;
    private volatile bool _restored;
    private volatile bool _wasReady;

    /// <param name="lastKnownGood">Null: a start waits for the store.</param>
    public ConfigLoader(
        IConfigLogStore store, LoaderOptions options, ImageBroadcast broadcast, TimeProvider time, ILoggerFactory loggers, LastKnownGoodFolder? lastKnownGood = null)
    {
        _store = store;
        _options = options;
        _broadcast = broadcast;
        _time = time;
        _loggers = loggers;
        _lastKnownGood = lastKnownGood;
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

            // Ready with some of the files in use and others about to be would be to refuse the others' requests.
            var reasons = ReasonsNotReady() is { IsEmpty: false } some ? some : _restored ? [] : [NotRestored];
            _wasReady = reasons.IsEmpty;
            return new Readiness(reasons);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var restoring = Task.Run(() => RestoreAsync(stop.Token), CancellationToken.None);
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
            await Task.WhenAll(watching, restoring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Running();
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var logs in _store.WatchLogsAsync(cancellationToken))
        {
            var included = logs.Where(_options.Includes).ToImmutableHashSet();
            foreach (var log in included.Order())
            {
                Follow(log, cancellationToken);
            }

            _atStart = _atStart is { Count: > 0 } ? _atStart : included;
            _answered.TrySetResult();
        }

        await Running();
    }

    /// <summary>
    /// Reads the last-known-good files, and puts each into use whose log is not read soon: at once when the store has answered and the log is not
    /// there, after a short grace when the store does not answer, after a longer one when it does.
    /// </summary>
    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            var started = _time.GetTimestamp();
            var offered = Offer(cancellationToken);
            _offered.TrySetResult();
            if (_lastKnownGood is not { Options: var options } || offered.Count == 0)
            {
                _restored = true;
                return;
            }

            await WaitAsync(_answered.Task, options.AnswerGrace - _time.GetElapsedTime(started), cancellationToken);
            if (_answered.Task.IsCompleted)
            {
                await WaitAsync(Task.WhenAll(offered.Where(o => _atStart!.Contains(o.Key)).Select(o => o.Value.Serves)), options.ReadGrace, cancellationToken);
            }

            foreach (var loader in offered.Values)
            {
                loader.UseLastKnownGood();
            }

            _restored = true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
#pragma warning disable CA1031 // As in RunAsync: a bug must end the process, through the one place that is watched.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure.TrySetException(e);
        }
    }

    private Dictionary<LogName, ImageLoader> Offer(CancellationToken cancellationToken)
    {
        var offered = new Dictionary<LogName, ImageLoader>();
        foreach (var file in _lastKnownGood?.Read(_options.Includes) ?? [])
        {
            if (file.Refusal is { } refusal)
            {
                LogFileRefused(file.Path, refusal);
            }

            if (file.Log is not { } log)
            {
                continue;
            }

            var loader = Follow(log, cancellationToken);
            if (file.Image is { } image)
            {
                loader.Offer(image, file.WrittenAt);
                offered[log] = loader;
            }
            else
            {
                loader.RefuseLastKnownGood($"the file is not used: {file.Refusal}; it is replaced once the log was read");
            }
        }

        return offered;
    }

    private async Task WaitAsync(Task task, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(task, Task.Delay(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, _time, over.Token));
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Task Running()
    {
        lock (_following)
        {
            return Task.WhenAll(_running);
        }
    }

    private ImageLoader Follow(LogName log, CancellationToken cancellationToken)
    {
        lock (_following)
        {
            if (_loaders.TryGetValue(log, out var known))
            {
                return known;
            }

            LogFollowing(log);
            var loader = new ImageLoader(_store.Open(log), _broadcast, _time, _loggers.CreateLogger<ImageLoader>()) { MayPublish = _offered.Task };
            _loaders[log] = loader;
            _running.Add(RunAsync(loader, cancellationToken));
            return loader;
        }
    }

    private async Task RunAsync(ImageLoader loader, CancellationToken cancellationToken)
    {
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
        var followed = _loaders.Values.Select(l => l.Progress).OrderBy(s => s.Log).ToList();
        var isRestored = followed.Any(s => s.LastKnownGoodAt is not null);
        if (isRestored && !_store.IsConnected)
        {
            return [];
        }

        if (_atStart is not { } logs)
        {
            return
            [
                $"the {_store.Source} log store has not answered yet{(_store.LastFault is { } fault ? $": {fault}" : "")}",
                .. followed.SelectMany(s => s.Refused.Select(r => $"{s.Log}: {r.Key}: {r.Reason}")),
            ];
        }

        if (logs.IsEmpty)
        {
            return isRestored ? [] : ["there is no config log yet: start a watcher, or check --prefix, --origin and --workspace"];
        }

        var statuses = logs.Select(l => _loaders.TryGetValue(l, out var loader) ? loader.Progress : new LogStatus(l)).OrderBy(s => s.Log).ToList();
        var reading = statuses.Where(s => s is { CaughtUp: false, Fault: null, LastKnownGoodAt: null })
            .Select(s => $"{s.Log} is being read: offset {Math.Max(0, s.ReadOffset)} of {s.EndOffset}");
        var faulty = statuses.Where(s => s.Fault is not null).Select(s => $"{s.Log}: {s.Fault}").ToList();

        var empty = statuses.Where(s => s is { CaughtUp: true, Fault: null } && s.Image.Position == LogPosition.None)
            .Select(s => $"{s.Log} does not hold a whole config yet: wait for the watcher of origin '{s.Log.Origin}', or start it").ToList();

        // One broken log must not keep the proxy from serving the others; when there is none to serve, there is nothing to vouch for.
        var nothingToServe = faulty.Count + empty.Count == statuses.Count && _loaders.Values.All(l => l.Progress.Image.Position == LogPosition.None);
        return [.. reading, .. nothingToServe ? faulty.Concat(empty) : []];
    }

    [LoggerMessage(1020, LogLevel.Information, "Following {Log}")]
    private partial void LogFollowing(LogName log);

    [LoggerMessage(1021, LogLevel.Warning, "The last-known-good file {Path} is not used: {Reason}. It is replaced once the log was read")]
    private partial void LogFileRefused(string path, string reason);
}
