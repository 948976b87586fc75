using System.Collections.Concurrent;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>
/// Looks after the sessions of a store from outside, in one loop: librdkafka reads a recreated topic on from the old place without a word, and
/// a client that has lost all brokers for good looks like an idle one.
/// </summary>
internal sealed class KafkaMonitor : IAsyncDisposable
{
    private const int IntervalsUntilRebuilt = 2;
    private static readonly TimeSpan WhileLost = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(200);

    private readonly KafkaLogOptions _options;
    private readonly KafkaAdmin _admin;
    private readonly KafkaConnectionState _connection;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<TailSession, KafkaTailer> _sessions = new();
    private readonly SemaphoreSlim _asked = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public KafkaMonitor(KafkaLogOptions options, KafkaAdmin admin, KafkaConnectionState connection, TimeProvider time, ILogger logger)
    {
        _options = options;
        _admin = admin;
        _connection = connection;
        _time = time;
        _logger = logger;
        _connection.Doubted += CheckSoon;
        _loop = Task.Run(() => RunAsync(_stop.Token));
    }

    public void Watch(TailSession session, KafkaTailer tailer) => _sessions[session] = tailer;

    public void Forget(TailSession session) => _sessions.TryRemove(session, out _);

    public async ValueTask DisposeAsync()
    {
        _connection.Doubted -= CheckSoon;
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private void CheckSoon()
    {
        try
        {
            _asked.Release();
        }
        catch (SemaphoreFullException)
        {
            // Asked for already.
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(BetweenChecks, _time, cancellationToken);
                var wait = _connection.IsConnected || _sessions.IsEmpty ? _options.CheckInterval : WhileLost;
                await _asked.WaitAsync(wait < BetweenChecks ? TimeSpan.Zero : wait - BetweenChecks, cancellationToken);
                await CheckSafelyAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task CheckSafelyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(cancellationToken);
        }
#pragma warning disable CA1031 // Whatever one check ran into, nobody else would find out that a topic was recreated or a client is dead.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _logger.MonitorFailed(e);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var watched = _sessions.Where(s => s.Key.Ending is null).ToList();
        if (watched.Count == 0)
        {
            return;
        }

        // Places first: whatever was read by now must lie before an end that is asked for afterwards.
        var positions = watched.ToDictionary(s => s.Key, s => s.Key.Position);
        try
        {
            var topics = watched.Select(s => s.Key.Topic.Topic).Distinct(StringComparer.Ordinal).ToList();
            var states = await _admin.DescribeAsync(topics, cancellationToken);
            var offsets = await _admin.GetOffsetsAsync([.. states.Keys], cancellationToken);
            foreach (var (session, tailer) in watched)
            {
                Judge(session, tailer, positions[session], states.GetValueOrDefault(session.Topic.Topic), offsets);
            }

            _logger.Checked(topics.Count);
        }
        catch (Exception e) when (e is LogUnavailableException or LogRefusedException)
        {
            _logger.CheckFailed(e.Message);
        }
    }

    private void Judge(
        TailSession session, KafkaTailer tailer, long position, TopicState? state, IReadOnlyDictionary<string, TopicOffsets> offsets)
    {
        if (state is null || !offsets.TryGetValue(session.Topic.Topic, out var now))
        {
            if (!session.Progress.GoneTold)
            {
                session.Progress.GoneTold = true;
                _logger.TopicGone(session.Log, session.Topic.Topic);
            }

            return;
        }

        session.Progress.GoneTold = false;
        if (state.Id != session.Topic.Id)
        {
            session.End(TailEnding.Recreated);

            // The old consumer's knowledge of the partition (leader epoch) is of the topic that is gone.
            tailer.Rebuild($"topic {session.Topic.Topic} was recreated");
        }
        else if (now.End < position || now.Earliest > session.Opened.Earliest)
        {
            session.End(TailEnding.Truncated);
        }
        else
        {
            JudgeProgress(session, tailer, position, now);
        }
    }

    private void JudgeProgress(TailSession session, KafkaTailer tailer, long position, TopicOffsets now)
    {
        var progress = session.Progress;
        var isStalled = position < now.Stable && position == progress.Position && session.Position == position && !session.HasUnread;
        if (!isStalled)
        {
            (progress.Position, progress.StalledSince) = (position, _time.GetTimestamp());
        }
        else if (_time.GetElapsedTime(progress.StalledSince) > IntervalsUntilRebuilt * _options.CheckInterval)
        {
            progress.StalledSince = _time.GetTimestamp();
            tailer.Rebuild($"nothing came from {session.Topic.Topic} at offset {position}, though it can be read up to {now.Stable}");
        }

        if (now.Stable >= now.End || now.Stable != progress.HangingAt)
        {
            progress.HangingAt = now.Stable < now.End ? now.Stable : -1;
            progress.HangingSince = _time.GetTimestamp();
            progress.HangTold = false;
        }
        else if (!progress.HangTold && _time.GetElapsedTime(progress.HangingSince) > 3 * _options.EffectiveTransactionTimeout)
        {
            progress.HangTold = true;
            var seconds = (int)_time.GetElapsedTime(progress.HangingSince).TotalSeconds;
            _logger.TransactionHangs(session.Log, session.Topic.Topic, now.Stable, seconds);
        }
    }
}
