using EventGateway.Core.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Acks;

/// <summary>Follows the <see cref="IAckLog"/>: knows which proxies live and what each serves. Goes on for ever; a store that does not answer leaves what was known.</summary>
public sealed partial class FleetReader(IAckLog acks, AckOptions options, TimeProvider time, ILogger<FleetReader> logger) : BackgroundService
{
    private volatile Fleet _fleet = Fleet.Empty;
    private volatile TaskCompletionSource _changed = NewSource();
    private volatile bool _reachedEnd;
    private volatile string? _fault;

    /// <summary>What was read so far.</summary>
    public Fleet Fleet => _fleet;

    /// <summary>Whether everything that was there at the start was read. Never becomes false again.</summary>
    public bool ReachedEnd => _reachedEnd;

    /// <summary>Why nothing can be read; null: it can.</summary>
    public string? Fault => _fault;

    /// <summary>How long ago a member was last heard of.</summary>
    public TimeSpan HeardAgo(FleetMember member) => time.GetElapsedTime(member.HeardAt);

    /// <summary>Whether a member was heard of lately.</summary>
    public bool IsAlive(FleetMember member) => HeardAgo(member) < options.LivesFor;

    /// <summary>See <see cref="Fleet.CommitEverywhere"/>; null also until everything that was there at the start was read.</summary>
    public long? CommitEverywhere(LogName log, Guid logId) => _reachedEnd ? _fleet.CommitEverywhere(log, logId, IsAlive) : null;

    /// <summary>Ends with the next change of <see cref="Fleet"/>: take it first, look then, wait last. That a proxy is gone shows by time alone.</summary>
    public Task Changed => _changed.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                // Read anew, the log tells the past once more: nothing of that is shown before its end.
                var fleet = Fleet.Empty;
                await foreach (var batch in acks.ReadAsync(stoppingToken))
                {
                    fleet = Take(fleet, batch);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is LogUnavailableException or LogRefusedException)
            {
                if (_fault != e.Message)
                {
                    LogFault(e.Message);
                }

                _fault = e.Message;
            }

            await Task.Delay(options.RetryDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Fleet Take(Fleet fleet, AckBatch batch)
    {
        var now = time.GetTimestamp();
        foreach (var record in batch.Records)
        {
            fleet = fleet.With(record, time, now);
        }

        fleet = fleet.Without(m => HeardAgo(m) >= options.KnownFor);
        _fault = null;
        if (batch.ReachedEnd && !(ReferenceEquals(fleet, _fleet) && _reachedEnd))
        {
            _fleet = fleet;
            _reachedEnd = true;
            var changed = _changed;
            _changed = NewSource();
            changed.SetResult();
        }

        return fleet;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1210, LogLevel.Warning, "What the proxies serve cannot be read: {Reason}; trying on")]
    private partial void LogFault(string reason);
}
