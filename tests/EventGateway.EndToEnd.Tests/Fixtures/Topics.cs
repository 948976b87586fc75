using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EventGateway.Core.Log;
using EventGateway.Core.Wire;
using EventGateway.Kafka;
using EventGateway.TestKit.Logs;
using EventGateway.TestKit.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>The topics of one test (a prefix of its own) on a broker: read as a proxy reads them, and changed behind the gateway's back.</summary>
internal sealed class Topics : IAsyncDisposable
{
    private readonly IAdminClient _admin;
    private readonly KafkaConfigLogStore _store;

    public Topics(string servers)
    {
        Servers = servers;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).SetLogHandler((_, _) => { }).Build();
        _store = new KafkaConfigLogStore(new KafkaLogOptions { BootstrapServers = servers, Prefix = Prefix }, NullLoggerFactory.Instance, TimeProvider.System);
    }

    public string Servers { get; }

    public string Prefix { get; } = $"e2e.{Guid.NewGuid():N}"[..16];

    public KafkaTopicNames Names => new(Prefix);

    public Task CreateAsync(string topic, int partitions = 1, params (string Name, string Value)[] settings) => _admin.CreateTopicsAsync(
    [
        new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1, Configs = settings.ToDictionary(s => s.Name, s => s.Value) },
    ]);

    public Task AlterAsync(string topic, string setting, string value) => _admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
    {
        [new ConfigResource { Type = ResourceType.Topic, Name = topic }] = [new ConfigEntry { Name = setting, Value = value, IncrementalOperation = AlterConfigOpType.Set }],
    });

    public async Task DeleteAsync(params string[] topics)
    {
        await _admin.DeleteTopicsAsync(topics);
        await Eventually.HoldsAsync(
            () => Task.FromResult(!_admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Any(t => topics.Contains(t.Topic))), $"topics {string.Join(", ", topics)} to be gone", []);
    }

    /// <summary>Puts a record into a topic, as somebody who should not would.</summary>
    public async Task ProduceAsync(string topic, string key, byte[] value)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = Servers, Acks = Acks.All }).Build();
        await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<string, byte[]> { Key = key, Value = value });
    }

    /// <summary>Puts one more heartbeat into a log, as its writer would.</summary>
    public async Task BeatAsync(LogName log)
    {
        var last = (await ReadAsync(log)).Records.Select(RecordCodec.Decode).OfType<DecodedRecord.Commit>().Last().Value;
        var version = last.Version with { Sequence = last.Version.Sequence + 1 };
        var beat = RecordCodec.Encode(last with { Version = version, Changes = 0, Reason = CommitReason.Heartbeat, CommittedAt = TimeProvider.System.GetUtcNow() });
        await ProduceAsync(Names.Config(log), beat.Key, beat.Value!.Value.ToArray());
    }

    /// <summary>The records a reader that starts now gets, and the log's end.</summary>
    public async Task<(IReadOnlyList<LogRecord> Records, long End)> ReadAsync(LogName log)
    {
        await using var reader = LogCollector.Start(_store.Open(log), 0, Eventually.Deadline);
        await reader.WaitForEndAsync();
        return (reader.Records, reader.Batches[^1].EndOffset);
    }

    /// <summary>As <see cref="ReadAsync"/>, without the heartbeats, decoded.</summary>
    public async Task<IReadOnlyList<DecodedRecord>> DecodeAsync(LogName log) =>
        [.. (await ReadAsync(log)).Records.Select(RecordCodec.Decode).Where(d => d is not DecodedRecord.Commit { Value.Reason: CommitReason.Heartbeat })];

    public async Task<IReadOnlyList<HistoryEntry>> ReadHistoryAsync(LogName log) =>
        await _store.Open(log).ReadHistoryAsync(0, CancellationToken.None).Select(HistoryCodec.Decode).ToListAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _admin.Dispose();
    }
}
