using System.Threading.Channels;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Sealing;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Publishing;

/// <summary>
/// The writer of one log: keeps the log at what was last submitted. Appends only differences, the first at once and what comes
/// meanwhile together; survives the store's faults by claiming anew and comparing; stops when somebody else takes the log over.
/// </summary>
public sealed partial class WorkspacePublisher
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    // A taker reads the whole log before it can write its claim: only then can be told whether there is one.
    private static readonly TimeSpan TakerPatience = TimeSpan.FromSeconds(15);

    private readonly IConfigLog _log;
    private readonly PublisherOptions _options;
    private readonly PublishPlanner _planner;
    private readonly IReadOnlyList<IAppendObserver> _observers;
    private readonly TimeProvider _time;
    private readonly ILogger<WorkspacePublisher> _logger;
    private readonly Channel<DesiredState> _submitted = Channel.CreateBounded<DesiredState>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private DesiredState? _desired;
    private DesiredState? _lastSubmitted;
    private long _epoch;
    private bool _isTakenOver;
    private TimeSpan _retry = ShortestRetry;
    private volatile PublisherStatus _status;

    public WorkspacePublisher(
        IConfigLog log, PublisherOptions options, KeyRing? keyRing, TimeProvider time, ILogger<WorkspacePublisher> logger, IEnumerable<IAppendObserver>? observers = null)
    {
        _log = log;
        _options = options;
        _planner = new PublishPlanner(log.Name, options, keyRing);
        _observers = [.. observers ?? []];
        _time = time;
        _logger = logger;
        _status = new PublisherStatus(log.Name);
    }

    public PublisherStatus Status => _status;

    /// <summary>The newest submission wins; one that was not published yet is skipped.</summary>
    public void Submit(DesiredState desired)
    {
        // A source says all it wants each time: a log of which nothing is new is not to be woken.
        if (!ReferenceEquals(Interlocked.Exchange(ref _lastSubmitted, desired), desired))
        {
            _submitted.Writer.TryWrite(desired);
        }
    }

    /// <exception cref="LogFencedException">Somebody else is the log's writer now.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _desired = await _submitted.Reader.ReadAsync(cancellationToken);
        while (true)
        {
            try
            {
                await ThrowIfTakenOverAsync(TimeSpan.Zero, cancellationToken);
                await RunSessionAsync(cancellationToken);
            }
            catch (LogUnavailableException e)
            {
                Fail(e.Message);
            }
            catch (LogRefusedException e)
            {
                Fail(e.Message);
            }
            catch (LogFencedException e) when (!_isTakenOver)
            {
                Fail(e.Message);
                await ThrowIfTakenOverAsync(TakerPatience, cancellationToken);
            }

            // What the source wants meanwhile must not pile up behind a state that nobody will compare with.
            _planner.StartOver();
            await Task.Delay(_retry * (0.5 + Random.Shared.NextDouble()), _time, cancellationToken);
            TakeSubmitted();
            _retry = _retry * 2 < LongestRetry ? _retry * 2 : LongestRetry;
        }
    }

    /// <summary>Returns when the log has to be claimed anew.</summary>
    private async Task RunSessionAsync(CancellationToken cancellationToken)
    {
        await using var session = await LogSession.OpenAsync(_log, _time, cancellationToken);
        _epoch = session.Image.Position.Epoch;
        _planner.StartOver();
        _status = _status with { IsWriter = true, Fault = null, Image = session.Image, Position = session.Image.Position };
        LogClaimed(_log.Name, _epoch, session.Image.Position.Commit, session.Image.Count);

        DesiredState? published = null;
        while (!session.Disturbed.IsCompleted)
        {
            TakeSubmitted();
            if (!ReferenceEquals(published, _desired))
            {
                published = _desired!;
                await PublishAsync(session, published, cancellationToken);
                _retry = ShortestRetry;
                await Task.Delay(_options.CoalesceWindow, _time, cancellationToken);
            }
            else if (await WaitAsync(session, cancellationToken))
            {
                await session.BeatAsync(populated: false, cancellationToken);
                _status = _status with { Image = session.Image, Position = session.Image.Position };
            }
        }

        LogDisturbed(_log.Name, await session.Disturbed);
        _status = _status with { IsWriter = false, IsCurrent = false };
    }

    private void TakeSubmitted()
    {
        while (_submitted.Reader.TryRead(out var newer))
        {
            _desired = newer;
        }
    }

    /// <returns>Whether a heartbeat is due.</returns>
    private async Task<bool> WaitAsync(LogSession session, CancellationToken cancellationToken)
    {
        var due = _options.HeartbeatInterval - _time.GetElapsedTime(session.LastAppendAt);
        if (due <= TimeSpan.Zero)
        {
            return true;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var submitted = _submitted.Reader.WaitToReadAsync(stop.Token).AsTask();
        var beat = Task.Delay(due, _time, stop.Token);
        var first = await Task.WhenAny(submitted, beat, session.Disturbed);
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == beat;
    }

    private async Task PublishAsync(LogSession session, DesiredState desired, CancellationToken cancellationToken)
    {
        var plan = _planner.Plan(desired, session.Image, session.Repairs);
        Report(plan);
        _status = _status with { IsCurrent = plan.ChangeSets.IsEmpty && session.IsPopulated };
        var refused = plan.Refused;
        for (var i = 0; i < plan.ChangeSets.Length; i++)
        {
            var isLast = i == plan.ChangeSets.Length - 1;
            refused = refused.AddRange(await AppendAsync(session, plan.ChangeSets[i], isLast, cancellationToken));
        }

        if (!session.IsPopulated)
        {
            await session.BeatAsync(populated: true, cancellationToken);
        }

        _status = _status with
        {
            IsCurrent = true,
            Image = session.Image,
            Position = session.Image.Position,
            Refused = refused,
            HeldRemovals = plan.HeldRemovals,
            LeftAlone = plan.LeftAlone,
        };
    }

    /// <summary>One change the store will not take must not keep the others out: halves are tried until it stands alone.</summary>
    private async Task<IReadOnlyList<RefusedRecord>> AppendAsync(LogSession session, ChangeSet set, bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            await session.AppendAsync(set, isLast, cancellationToken);
            LogAppended(_log.Name, session.Image.Position.Commit, session.Image.Position.Offset, set.Changes.Length, session.Image.Hash);
            foreach (var observer in _observers)
            {
                observer.OnAppended(_log.Name, session.Image.Position, set);
            }

            return [];
        }
        catch (LogRefusedException e) when (e.ConcernsRecord && set.Changes.Length == 1)
        {
            var refused = new RefusedRecord(set.Changes[0].Key.Text, e.Message);
            LogRefused(_log.Name, refused.Key, refused.Reason);
            return [refused];
        }
        catch (LogRefusedException e) when (e.ConcernsRecord)
        {
            var half = set.Changes.Length / 2;
            var first = await AppendAsync(session, new ChangeSet(set.Changes[..half]), false, cancellationToken);
            var second = await AppendAsync(session, new ChangeSet(set.Changes[half..]), isLast, cancellationToken);
            return [.. first, .. second];
        }
    }

    /// <summary>
    /// Whatever ended the last session: a writer that was cut off must not take the log back from the one that followed it.
    /// </summary>
    /// <exception cref="LogFencedException">The log has a commit of a later writer.</exception>
    private async Task ThrowIfTakenOverAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_epoch == 0)
        {
            return;
        }

        long epoch;
        try
        {
            epoch = await ReadEpochAsync(patience, cancellationToken);
        }
        catch (LogRefusedException e)
        {
            Fail(e.Message);
            return;
        }

        // Kafka fences a lone writer too, when it was cut off for longer than its transaction may last: that one claims anew.
        if (epoch > _epoch)
        {
            _isTakenOver = true;
            LogTakenOver(_log.Name, epoch, _epoch);
            throw new LogFencedException($"{_log.Name} has another writer now (epoch {epoch}; ours was {_epoch}): this one stops. Two watchers must not share an --origin");
        }
    }

    /// <summary>The epoch of the log's last commit; 0: there is none.</summary>
    /// <param name="patience">How long to wait, once the log is read, for a writer later than this one.</param>
    private async Task<long> ReadEpochAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var nobodyCame = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, nobodyCame.Token);
        var assembler = new ImageAssembler();
        var reachedEnd = false;
        try
        {
            await foreach (var batch in _log.ReadAsync(0, enough.Token))
            {
                assembler = batch.Reset == LogReset.None ? assembler : new ImageAssembler();
                foreach (var record in batch.Records)
                {
                    assembler.Add(record);
                }

                if (batch.ReachedEnd && (patience == TimeSpan.Zero || assembler.Position.Epoch > _epoch))
                {
                    break;
                }

                if (batch.ReachedEnd && !reachedEnd)
                {
                    reachedEnd = true;
                    nobodyCame.CancelAfter(patience);
                }
            }
        }
        catch (OperationCanceledException) when (nobodyCame.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The log's last commit is what was read.
        }

        return assembler.Position.Epoch;
    }

    private void Fail(string reason)
    {
        if (_status.Fault != reason)
        {
            LogFault(_log.Name, reason);
        }

        _status = _status with { IsWriter = false, IsCurrent = false, Fault = reason };
    }

    private void Report(PublishPlan plan)
    {
        foreach (var refused in plan.Refused.Except(_status.Refused))
        {
            LogRefused(_log.Name, refused.Key, refused.Reason);
        }

        if (plan.HeldRemovals > 0 && plan.HeldRemovals != _status.HeldRemovals)
        {
            LogHeld(_log.Name, plan.HeldRemovals, _options.MassRemovalPercent);
        }

        if (plan.LeftAlone > 0 && plan.LeftAlone != _status.LeftAlone)
        {
            LogLeftAlone(_log.Name, plan.LeftAlone);
        }
    }

    [LoggerMessage(1100, LogLevel.Information, "{Log}: claimed with epoch {Epoch} at commit {Commit}, {Entities} entities")]
    private partial void LogClaimed(LogName log, long epoch, long commit, int entities);

    [LoggerMessage(1101, LogLevel.Information, "{Log}: commit {Commit} (offset {Offset}) appended, {Changes} changes, image {Hash}")]
    private partial void LogAppended(LogName log, long commit, long offset, int changes, ImageHash hash);

    [LoggerMessage(1102, LogLevel.Warning, "{Log}: {Key} was not published: {Reason}")]
    private partial void LogRefused(LogName log, string key, string reason);

    [LoggerMessage(1103, LogLevel.Warning, "{Log}: {Count} removals are held back, more than {Percent} % of what the log holds. If they are meant, start once with --mass-delete-limit 100; if not, put the objects back")]
    private partial void LogHeld(LogName log, int count, int percent);

    [LoggerMessage(1107, LogLevel.Warning, "{Log}: {Count} entities stay though nothing read so far wants them: part of the source could not be read since the start. Mend what is refused, and they go or stay as it says")]
    private partial void LogLeftAlone(LogName log, int count);

    [LoggerMessage(1104, LogLevel.Warning, "{Log} cannot be written: {Reason}; trying again")]
    private partial void LogFault(LogName log, string reason);

    [LoggerMessage(1105, LogLevel.Warning, "{Log} is not what this writer left there: {Reason}; claiming it anew and comparing")]
    private partial void LogDisturbed(LogName log, string reason);

    [LoggerMessage(1106, LogLevel.Error, "{Log} was taken over by another writer (epoch {Epoch}, ours was {OurEpoch})")]
    private partial void LogTakenOver(LogName log, long epoch, long ourEpoch);
}
