using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Finds out where a reading has to start: waits until the topic is there and Kafka answers, checks it, and sees whether the place to go on from still is one.</summary>
internal sealed class TailOpening(LogName log, string topic, KafkaConfigLogStore store, KafkaLogOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private TopicState? _last;
    private bool _waitingTold;

    /// <summary>A session to be read, and what its first batch must say.</summary>
    /// <param name="start">Offset to go on from.</param>
    /// <param name="ending">Why the session before ended; None: there was none.</param>
    public async Task<(TailSession Session, LogReset Reset)> OpenAsync(long start, TailEnding ending, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await TryOpenAsync(start, ending, cancellationToken) is { } opened)
                {
                    return opened;
                }
            }
            catch (LogUnavailableException e)
            {
                logger.OpenRetried(log, e.Message);
            }

            await Task.Delay(options.CheckInterval < LongestWait ? options.CheckInterval : LongestWait, time, cancellationToken);
        }
    }

    private async Task<(TailSession, LogReset)?> TryOpenAsync(long start, TailEnding ending, CancellationToken cancellationToken)
    {
        var state = await store.Admin.DescribeAsync(topic, cancellationToken);
        if (state is null)
        {
            if (!_waitingTold)
            {
                _waitingTold = true;
                logger.WaitingForTopic(log, topic);
            }

            return null;
        }

        await store.Topics.ThrowIfUnfitAsync(state, cancellationToken);
        var offsets = await store.Admin.GetOffsetsAsync([topic], cancellationToken);
        if (!offsets.TryGetValue(topic, out var now))
        {
            return null;
        }

        var isRecreated = _last is not null && _last.Id != state.Id;
        var reset = isRecreated ? LogReset.Recreated
            : ending == TailEnding.Truncated || start > now.End || (start > 0 && start < now.Earliest) ? LogReset.Truncated
            : LogReset.None;
        if (reset != LogReset.None)
        {
            logger.ResetSeen(log, topic, reset, start);
        }

        var from = reset == LogReset.None ? Math.Max(start, now.Earliest) : now.Earliest;
        _last = state;
        _waitingTold = false;
        logger.Reading(log, topic, from, now.End);
        return (new TailSession(log, state, from, now), reset);
    }
}
