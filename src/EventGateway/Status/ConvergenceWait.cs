using System.Collections.Immutable;
using EventGateway.Core.Acks;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Status;

/// <summary>
/// One wait: follows the logs that may hold the target until they do, and the proxies until all that count serve it. Of an object the newest
/// change set is meant that the log had when the object was found in it.
/// </summary>
/// <param name="origins">Whose logs may hold an object; empty: everybody's. The first that holds it counts.</param>
/// <param name="generation">0: any.</param>
internal sealed class ConvergenceWait(IConfigLogStore store, FleetReader fleet, WaitTarget target, ImmutableArray<string> origins, long generation, TimeProvider time)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private volatile string _missing = "Kafka did not answer";

    /// <summary>What is waited for right now, for people.</summary>
    public string Missing => _missing;

    /// <returns>Whether every proxy uses the target, and what is served where, for people.</returns>
    public async Task<(bool IsUsed, string Text)> RunAsync(CancellationToken cancellationToken)
    {
        var (log, position) = await FindAsync(cancellationToken);
        await WaitForAllAsync(log, position, cancellationToken);
        var proxies = fleet.Fleet.Counting(log, fleet.IsAlive).ToList();
        var where = $"{(proxies.Count == 1 ? "the one live proxy" : $"all {proxies.Count} live proxies")} ({log}@{position.Commit})";
        return Refusals(proxies, log) is { Count: > 0 } refusals
            ? (false, $"{target.Text} has come to {where} and cannot be used: {string.Join("; ", refusals)}")
            : (true, $"{target.Text} is served by {where}");
    }

    private List<string> Refusals(IEnumerable<FleetMember> proxies, LogName log) =>
    [
        .. from proxy in proxies
           from refused in proxy.Acks.GetValueOrDefault(log)?.Refused ?? []
           where EntityKey.TryParse(refused.Key, out var key) && target.Covers(key)
           select $"{proxy.Name} refuses {refused.Key}: {refused.Reason}",
    ];

    /// <summary>Follows every log that may hold the target until one does.</summary>
    private async Task<(LogName Log, LogPosition Position)> FindAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = (target.Log is { } named ? [named] : await FindLogsAsync(cancellationToken)).Select(l => FollowAsync(l, stop.Token)).ToList();
        var found = await await Task.WhenAny(following);
        await stop.CancelAsync();
        await Task.WhenAll(following.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return found;
    }

    private async Task<IReadOnlyList<LogName>> FindLogsAsync(CancellationToken cancellationToken)
    {
        await foreach (var logs in store.WatchLogsAsync(cancellationToken))
        {
            if (logs.Where(l => l.Workspace == target.Workspace && (origins.IsEmpty || origins.Contains(l.Origin))).Order().ToList() is { Count: > 0 } found)
            {
                return found;
            }

            _missing = $"there is no log of workspace '{target.Workspace}'; check the namespace, --origin and --prefix, or start its watcher";
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Reads a log until it holds the target.</summary>
    private async Task<(LogName Log, LogPosition Position)> FollowAsync(LogName log, CancellationToken cancellationToken)
    {
        var assembler = new ImageAssembler();
        _missing = $"{log} could not be read";
        await foreach (var batch in store.Open(log).ReadAsync(0, cancellationToken))
        {
            assembler = batch.Reset == LogReset.None ? assembler : new ImageAssembler();
            foreach (var record in batch.Records)
            {
                assembler.Add(record);
            }

            if (!batch.ReachedEnd)
            {
                continue;
            }

            var image = assembler.Take().Image;
            if (target.Commit is { } commit ? image.Position.Commit >= commit : image.Entries.Any(e => target.Covers(e.Entity.Key) && e.Provenance.Generation >= generation))
            {
                return (log, image.Position with { Commit = target.Commit ?? image.Position.Commit });
            }

            _missing = target.Commit is not null
                ? $"{log} is at commit {image.Position.Commit}"
                : $"{log}@{image.Position.Commit} holds nothing of {target.Text}{(generation > 0 ? $" of generation {generation} or later" : "")}: it was not published yet, or was refused (its watcher's log and the object's events say why)";
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private async Task WaitForAllAsync(LogName log, LogPosition position, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = fleet.Changed;
            switch (fleet.CommitEverywhere(log, position.LogId))
            {
                case { } commit when commit >= position.Commit:
                    return;
                case null:
                    _missing = fleet.Fault ?? (fleet.ReachedEnd ? $"no live and ready proxy follows {log}" : "what the proxies serve was not read yet");
                    break;
                default:
                    _missing = $"{log}@{position.Commit} is not served yet by {string.Join(", ", Behind(log, position))}";
                    break;
            }

            await Task.WhenAny(changed, Task.Delay(LookInterval, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private IEnumerable<string> Behind(LogName log, LogPosition position) => fleet.Fleet.Counting(log, fleet.IsAlive)
        .Where(m => m.CommitOf(log, position.LogId) < position.Commit)
        .Select(m => $"{m.Name} (at {(m.Acks.GetValueOrDefault(log) is { } ack ? $"commit {ack.Commit}" : "nothing")})")
        .Order(StringComparer.Ordinal);
}
