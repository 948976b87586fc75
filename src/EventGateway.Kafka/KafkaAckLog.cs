using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Confluent.Kafka;
using EventGateway.Core.Acks;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>
/// The first partition of <see cref="KafkaTopicNames.Status"/>. Writing is idempotent by meaning, so it takes no transaction; each reader has a
/// consumer of its own. A deleted and remade topic heals by itself, as proxies write everything again from time to time.
/// </summary>
internal sealed class KafkaAckLog(
    KafkaLogOptions options, KafkaTopicNames names, KafkaAdmin admin, KafkaConnectionState connection, TimeProvider time, ILogger logger) : IAckLog, IAsyncDisposable
{
    private const int MaxBatch = 1000;
    private const int BatchesAhead = 16;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    private readonly TopicPartition _partition = new(names.Status, 0);
    private readonly SemaphoreSlim _writing = new(1);
    private IProducer<string, byte[]?>? _producer;

    public async Task AppendAsync(IReadOnlyCollection<AckRecord> records, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await ThrowIfMissingAsync(cancellationToken);
            _producer ??= connection.Build($"writing topic {names.Status}", () => KafkaClients.Producer(KafkaClientSettings.AckProducer(options), connection, logger));
            await Task.WhenAll(records.Select(SendAsync)).WaitAsync(cancellationToken);
            connection.Answered();
        }
        catch (KafkaException e) when (KafkaFaults.IsAccessDenied(e.Error.Code))
        {
            throw new LogRefusedException($"Kafka does not let this user write topic {names.Status}: {KafkaFaults.Describe(e.Error)}; grant WRITE and DESCRIBE on it", e);
        }
        catch (KafkaException e)
        {
            if (e.Error.IsFatal)
            {
                await CloseAsync();
            }

            throw connection.Unavailable($"writing topic {names.Status}", e.Error, e);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async IAsyncEnumerable<AckBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ThrowIfMissingAsync(cancellationToken);
        var offsets = await admin.GetOffsetsAsync([names.Status], cancellationToken);
        var end = offsets.TryGetValue(names.Status, out var found) ? found.Stable : throw Missing();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<AckBatch>(BatchesAhead);
        var consumer = connection.Build($"reading topic {names.Status}", () => KafkaClients.Consumer(KafkaClientSettings.AckConsumer(options), connection, logger));
        var thread = new Thread(() => Read(consumer, found.Earliest, end, batches.Writer, stop.Token)) { IsBackground = true, Name = "kafka-acks" };
        thread.Start();
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken))
            {
                yield return batch;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.Run(thread.Join, CancellationToken.None);
        }
    }

    // The semaphore needs no disposing of, and may be waited for by whoever comes too late.
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync();
        try
        {
            await CloseAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task CloseAsync()
    {
        if (_producer is { } producer)
        {
            _producer = null;
            await Task.Run(producer.Dispose);
        }
    }

    private Task SendAsync(AckRecord record) =>
        _producer!.ProduceAsync(_partition, new Message<string, byte[]?> { Key = record.Key, Value = record.Value?.ToArray() });

    /// <summary>The reader's thread: nobody else touches the consumer.</summary>
    private void Read(IConsumer<string, byte[]?> consumer, long position, long end, ChannelWriter<AckBatch> batches, CancellationToken stop)
    {
        try
        {
            consumer.Assign(new TopicPartitionOffset(_partition, Offset.Beginning));
            while (true)
            {
                var (records, next) = Take(consumer, isNew: position >= end);
                position = next ?? position;
                batches.WriteAsync(new AckBatch(records, position >= end), stop).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            batches.Complete();
        }
        catch (Exception e) when (e is LogUnavailableException or LogRefusedException)
        {
            batches.Complete(e);
        }
        finally
        {
            consumer.Dispose();
        }
    }

    /// <summary>Waits for records, and takes those there are.</summary>
    /// <param name="isNew">What comes now is being written now, whatever the broker's clock says.</param>
    /// <returns>The records, and the offset after the last one; null: nothing came.</returns>
    private (List<AckRecord> Records, long? Next) Take(IConsumer<string, byte[]?> consumer, bool isNew)
    {
        var records = new List<AckRecord>();
        long? next = null;
        try
        {
            for (var result = consumer.Consume(Slice); result is not null; result = records.Count < MaxBatch ? consumer.Consume(TimeSpan.Zero) : null)
            {
                next = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
                if (!result.IsPartitionEOF)
                {
                    records.Add(new AckRecord(result.Message.Key ?? "", result.Message.Value is { } value ? value : (ReadOnlyMemory<byte>?)null, isNew ? TimeSpan.Zero : AgeOf(result.Message.Timestamp)));
                }
            }
        }
        catch (ConsumeException e) when (KafkaFaults.IsAccessDenied(e.Error.Code))
        {
            throw new LogRefusedException($"Kafka does not let this user read topic {names.Status}: {KafkaFaults.Describe(e.Error)}; grant READ and DESCRIBE on it", e);
        }
        catch (KafkaException e)
        {
            throw connection.Unavailable($"reading topic {names.Status}", e.Error, e);
        }

        return (records, next);
    }

    private TimeSpan AgeOf(Timestamp timestamp)
    {
        var age = timestamp.Type == TimestampType.NotAvailable ? TimeSpan.Zero : time.GetUtcNow() - timestamp.UtcDateTime;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    // A client asked to write a topic that is not there keeps trying for long, and says little.
    private async Task ThrowIfMissingAsync(CancellationToken cancellationToken)
    {
        if (_producer is null && await admin.DescribeAsync(names.Status, cancellationToken) is null)
        {
            throw Missing();
        }
    }

    private LogUnavailableException Missing() =>
        new($"topic {names.Status} does not exist on Kafka at {options.BootstrapServers}; 'eventgateway topics create' and a watcher with --create-topics make it with a log's topics");
}
