using Confluent.Kafka;

namespace EventGateway.Kafka;

/// <summary>The settings of each kind of client: EventGateway's, then the user's on top.</summary>
internal static class KafkaClientSettings
{
    public static AdminClientConfig Admin(KafkaLogOptions options) => Merge(
        new AdminClientConfig
        {
            AllowAutoCreateTopics = false,
            TopicMetadataRefreshIntervalMs = 10_000,
        },
        options);

    public static ConsumerConfig Consumer(KafkaLogOptions options) => Merge(
        new ConsumerConfig
        {
            // Never joined; the client demands a name.
            GroupId = $"{options.Prefix}-reader",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AllowAutoCreateTopics = false,

            // Bounds how late "everything has been read" and a newly added log are; data wakes a parked fetch at once.
            FetchWaitMaxMs = 100,
            FetchMinBytes = 1,
            FetchErrorBackoffMs = 50,

            // With the defaults (100000 and 1000 ms) a long replay stalls for almost a second again and again.
            FetchQueueBackoffMs = 1,
            QueuedMinMessages = 2_000_000,
            QueuedMaxMessagesKbytes = 65_536,
            MaxPartitionFetchBytes = Math.Max(8 * 1024 * 1024, 2 * options.EffectiveMaxMessageBytes),
            TopicMetadataRefreshIntervalMs = 10_000,
            CheckCrcs = true,
            ConsumeResultFields = "headers,topic",
        },
        options);

    /// <summary>Reading what proxies serve: few small records, old ones of which may have gone at any time.</summary>
    public static ConsumerConfig AckConsumer(KafkaLogOptions options)
    {
        var config = Consumer(options);
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.QueuedMinMessages = 10_000;
        config.ConsumeResultFields = "timestamp";
        return config;
    }

    /// <summary>Saying what is served: what is lost is said again.</summary>
    public static ProducerConfig AckProducer(KafkaLogOptions options) => Merge(
        new ProducerConfig
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 0,
            CompressionType = CompressionType.Zstd,
            MessageTimeoutMs = (int)options.RequestTimeout.TotalMilliseconds,
            AllowAutoCreateTopics = false,
            TopicMetadataRefreshIntervalMs = 10_000,
            DeliveryReportFields = "none",
        },
        options);

    public static ProducerConfig Producer(KafkaLogOptions options, string transactionalId) => Merge(
        new ProducerConfig
        {
            TransactionalId = transactionalId,
            TransactionTimeoutMs = (int)options.EffectiveTransactionTimeout.TotalMilliseconds,
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 0,
            CompressionType = CompressionType.Zstd,
            MessageTimeoutMs = (int)options.EffectiveTransactionTimeout.TotalMilliseconds,
            MessageMaxBytes = options.EffectiveMaxMessageBytes,
            AllowAutoCreateTopics = false,
            TopicMetadataRefreshIntervalMs = 10_000,

            // A change set is held whole in memory anyway; a limit by count would refuse a large first one.
            QueueBufferingMaxMessages = 0,
            DeliveryReportFields = "key",
        },
        options);

    private static T Merge<T>(T config, KafkaLogOptions options)
        where T : ClientConfig
    {
        config.BootstrapServers = options.BootstrapServers;
        config.ClientId = "eventgateway";
        config.SocketKeepaliveEnable = true;
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 1000;
        foreach (var (name, value) in options.ClientOptions)
        {
            config.Set(name, value);
        }

        return config;
    }
}
