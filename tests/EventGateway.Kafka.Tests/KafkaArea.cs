using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Kafka.Tests;

/// <summary>A prefix of a test's own on a broker, the stores opened on it, and what tests do to topics behind a store's back.</summary>
internal sealed class KafkaArea(string servers) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static int s_count;

    private readonly List<KafkaConfigLogStore> _stores = [];
    private IAdminClient? _admin;

    public string Servers => servers;

    public string Prefix { get; } = $"test.p{Environment.ProcessId}-{Guid.NewGuid():N}"[..24] + $"-{Interlocked.Increment(ref s_count)}";

    public KafkaTopicNames Names => new(Prefix);

    public IAdminClient Admin => _admin ??= new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();

    public static async Task<KafkaArea> OnAsync(SharedKafka kafka) => new(await kafka.GetBootstrapServersAsync());

    /// <summary>Options that check often, so that tests need not wait long.</summary>
    public KafkaLogOptions Options(Action<KafkaLogOptions>? change = null)
    {
        var options = new KafkaLogOptions
        {
            BootstrapServers = servers,
            Prefix = Prefix,
            CheckInterval = TimeSpan.FromSeconds(1),
            DiscoveryInterval = TimeSpan.FromMilliseconds(200),
        };
        change?.Invoke(options);
        return options;
    }

    public KafkaConfigLogStore Store(Action<KafkaLogOptions>? change = null, ILoggerFactory? logs = null)
    {
        var store = new KafkaConfigLogStore(Options(change), logs ?? NullLoggerFactory.Instance, TimeProvider.System);
        _stores.Add(store);
        return store;
    }

    /// <summary>A store, and a log whose topics are there.</summary>
    public async Task<(KafkaConfigLogStore Store, IConfigLog Log)> LogAsync(
        LogName name, Action<KafkaLogOptions>? change = null, ILoggerFactory? logs = null)
    {
        var store = Store(change, logs);
        await store.Topics.CreateAsync([name], TestContext.Current.CancellationToken);
        return (store, store.Open(name));
    }

    public async Task CreateTopicAsync(string topic, int partitions = 1, params (string Name, string Value)[] settings)
    {
        var specification = new TopicSpecification
        {
            Name = topic,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = settings.ToDictionary(s => s.Name, s => s.Value),
        };
        await Admin.CreateTopicsAsync([specification]);

        // Kafka answers before the broker's own metadata shows the topic.
        await UntilAsync(() => Task.FromResult(TopicNames().Contains(topic)), $"topic {topic} to be seen");
    }

    public async Task DeleteTopicsAsync(params string[] topics)
    {
        await Admin.DeleteTopicsAsync(topics);
        await UntilAsync(() => Task.FromResult(!TopicNames().Intersect(topics).Any()), $"topics {string.Join(", ", topics)} to be gone");
    }

    public IReadOnlyList<string> TopicNames() => [.. Admin.GetMetadata(Deadline).Topics.Select(t => t.Topic)];

    public Task AlterAsync(string topic, params (string Name, string Value)[] settings) => Admin.IncrementalAlterConfigsAsync(
        new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] =
                [.. settings.Select(s => new ConfigEntry { Name = s.Name, Value = s.Value, IncrementalOperation = AlterConfigOpType.Set })],
        });

    /// <summary>A transactional producer beside the product's: <paramref name="transactionalId"/> null gives it a name of its own.</summary>
    public IProducer<string, byte[]> Producer(string? transactionalId = null)
    {
        var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        {
            BootstrapServers = servers,
            TransactionalId = transactionalId ?? $"{Prefix}.test.{Guid.NewGuid():N}",
            TransactionTimeoutMs = 10_000,
            LingerMs = 0,
        }).Build();
        producer.InitTransactions(Deadline);
        return producer;
    }

    /// <summary>Writes records and takes them back: they have offsets, but nobody ever reads them.</summary>
    public async Task AppendAbortedAsync(string topic, int records = 1)
    {
        using var producer = Producer();
        producer.BeginTransaction();
        await Task.WhenAll(Enumerable.Range(0, records).Select(i => producer.ProduceAsync(
            new TopicPartition(topic, 0), new Message<string, byte[]> { Key = $"aborted{i}", Value = Encoding.UTF8.GetBytes("never") })));
        producer.AbortTransaction(Deadline);
    }

    /// <summary>Makes Kafka compact the topic soon, and returns when <paramref name="isDone"/> says that it did.</summary>
    public async Task CompactAsync(string topic, Func<Task<bool>> isDone)
    {
        await AlterAsync(
            topic, ("segment.ms", "500"), ("min.cleanable.dirty.ratio", "0.001"), ("min.compaction.lag.ms", "0"), ("max.compaction.lag.ms", "500"),
            ("delete.retention.ms", "100"));

        // The segment being written is never compacted: the first record after its time closes it.
        await UntilAsync(
            async () =>
            {
                await AppendAbortedAsync(topic);
                return await isDone();
            },
            $"topic {topic} to be compacted",
            TimeSpan.FromMilliseconds(600));
    }

    /// <summary>Loses the records before <paramref name="offset"/>, which Kafka allows for topics with <c>delete</c> only.</summary>
    public async Task CutAsync(string topic, long offset)
    {
        await AlterAsync(topic, ("cleanup.policy", "compact,delete"));
        await UntilAsync(
            async () =>
            {
                try
                {
                    await Admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, offset)]);
                    return true;
                }
                catch (DeleteRecordsException)
                {
                    // The new policy has not reached the log yet.
                    return false;
                }
            },
            $"the records of {topic} before {offset} to be gone");
        await AlterAsync(topic, ("cleanup.policy", "compact"));
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string expected, TimeSpan? pause = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, $"Waited {Deadline} for {expected}");
            await Task.Delay(pause ?? TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        _admin?.Dispose();
    }
}
