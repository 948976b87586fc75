using System.Runtime.CompilerServices;
using Confluent.Kafka;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Reads a history topic up to its present end, with a consumer of its own.</summary>
internal sealed class HistoryReader(
    LogName log, KafkaConfigLogStore store, KafkaLogOptions options, KafkaConnectionState connection, ILogger logger)
{
    private const int MaxBatch = 1000;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    private readonly string _topic = store.Names.History(log);

    public async IAsyncEnumerable<LogRecord> ReadAsync(long fromOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = default(TopicOffsets);
        if (await store.Admin.DescribeAsync(_topic, cancellationToken) is null
            || !(await store.Admin.GetOffsetsAsync([_topic], cancellationToken)).TryGetValue(_topic, out now))
        {
            throw store.Topics.Missing(_topic, log);
        }

        // What is still open at the end is no history yet.
        var (position, end) = (Math.Max(fromOffset, now.Earliest), now.Stable);
        if (position >= end)
        {
            yield break;
        }

        var consumer = connection.Build($"reading topic {_topic}", Build);
        try
        {
            consumer.Assign(new TopicPartitionOffset(_topic, 0, position));
            var silence = TimeSpan.Zero;
            while (position < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (records, next) = await Task.Run(() => Take(consumer, end), cancellationToken);
                silence = next is null ? silence + Slice : TimeSpan.Zero;
                if (silence > options.RequestTimeout)
                {
                    throw connection.Unavailable($"reading topic {_topic}", new Error(ErrorCode.Local_TimedOut));
                }

                position = next ?? position;
                foreach (var record in records)
                {
                    yield return record;
                }
            }
        }
        finally
        {
            await Task.Run(consumer.Dispose, CancellationToken.None);
        }
    }

    private (List<LogRecord> Records, long? Next) Take(IConsumer<string, byte[]?> consumer, long end)
    {
        var records = new List<LogRecord>();
        long? next = null;
        try
        {
            var result = consumer.Consume(Slice);
            while (result is not null)
            {
                next = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
                if (!result.IsPartitionEOF && result.Offset.Value < end)
                {
                    records.Add(new LogRecord(result.Message.Key ?? "", result.Message.Value) { Offset = result.Offset.Value });
                }

                result = next < end && records.Count < MaxBatch ? consumer.Consume(TimeSpan.Zero) : null;
            }
        }
        catch (ConsumeException e) when (KafkaFaults.IsAccessDenied(e.Error.Code) && e.Error.Code != ErrorCode.GroupAuthorizationFailed)
        {
            throw new LogRefusedException($"Kafka does not let this user read topic {_topic}; grant READ on it", e);
        }
        catch (ConsumeException e)
        {
            // Passing faults show as silence, which is bounded.
            logger.ClientError(e.Error.Code, e.Error.Reason);
        }

        return (records, next);
    }

    private IConsumer<string, byte[]?> Build()
    {
        var settings = KafkaClientSettings.Consumer(options);

        // Entries may expire between asking where the topic starts and reading there.
        settings.AutoOffsetReset = AutoOffsetReset.Earliest;
        return KafkaClients.Consumer(settings, connection, logger);
    }
}
