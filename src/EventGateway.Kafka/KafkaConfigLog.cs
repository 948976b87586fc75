using System.Runtime.CompilerServices;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>One log: its config topic, and its history topic.</summary>
internal sealed class KafkaConfigLog(
    LogName name, KafkaConfigLogStore store, KafkaLogOptions options, KafkaConnectionState connection, TimeProvider time, ILogger logger) : IConfigLog
{
    private static readonly TimeSpan MarkerWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MarkerPoll = TimeSpan.FromMilliseconds(2);

    private readonly string _topic = store.Names.Config(name);

    public LogName Name => name;

    public async Task<IConfigLogWriter> ClaimAsync(CancellationToken cancellationToken)
    {
        var limit = await store.Topics.PrepareForWritingAsync(name, cancellationToken);
        return await KafkaLogWriter.ClaimAsync(name, store.Names, options, limit, connection, time, logger, cancellationToken);
    }

    public async Task<long> GetEndAsync(CancellationToken cancellationToken)
    {
        // Asked for the end of a topic that is not there, librdkafka waits for it until the question times out.
        var started = time.GetTimestamp();
        var state = await store.Admin.DescribeAsync(_topic, cancellationToken);
        while (state is not null)
        {
            var offsets = await store.Admin.GetOffsetsAsync([_topic], cancellationToken);
            if (!offsets.TryGetValue(_topic, out var now))
            {
                break;
            }

            // Kafka acknowledges a commit before its marker is in the log, and the marker takes an offset too.
            if (now.Stable >= now.End || time.GetElapsedTime(started) > MarkerWait)
            {
                return now.End;
            }

            await Task.Delay(MarkerPoll, time, cancellationToken);
        }

        throw store.Topics.Missing(_topic, name);
    }

    public IAsyncEnumerable<LogRecord> ReadHistoryAsync(long fromOffset, CancellationToken cancellationToken) =>
        new HistoryReader(name, store, options, connection, logger).ReadAsync(fromOffset, cancellationToken);

    public async IAsyncEnumerable<LogBatch> ReadAsync(long fromOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, store.Closed);
        var opening = new TailOpening(name, _topic, store, options, time, logger);
        var start = Math.Max(fromOffset, 0);
        var ending = TailEnding.None;
        var owed = LogReset.None;
        while (true)
        {
            var (session, reset) = await opening.OpenAsync(start, ending, linked.Token);
            if (reset != LogReset.None)
            {
                // Owed until a batch has said it: the next session may end before its first batch.
                (owed, start) = (reset, 0);
            }

            var tailer = store.Tail(session);
            try
            {
                await foreach (var batch in ReadSessionAsync(session, owed, linked.Token))
                {
                    (owed, start) = (LogReset.None, batch.NextOffset);
                    yield return batch;
                }
            }
            finally
            {
                await store.LeaveAsync(session, tailer);
            }

            ending = session.Ending ?? TailEnding.Closed;
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(store.Closed.IsCancellationRequested, store);
            if (ending == TailEnding.Denied)
            {
                throw new LogRefusedException($"Kafka does not let this user read topic {_topic}; grant READ on it");
            }
        }
    }

    private static async IAsyncEnumerable<LogBatch> ReadSessionAsync(
        TailSession session, LogReset reset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = session.Opened.End;
        var reachedEnd = false;
        var isFirst = true;
        while (session.Ending is null && await session.Chunks.WaitToReadAsync(cancellationToken))
        {
            while (session.Ending is null && session.Chunks.TryRead(out var chunk))
            {
                reachedEnd |= chunk.NextOffset >= end;
                yield return new LogBatch(chunk.Records, chunk.NextOffset, end, reachedEnd, isFirst ? reset : LogReset.None);
                isFirst = false;
            }
        }
    }
}
