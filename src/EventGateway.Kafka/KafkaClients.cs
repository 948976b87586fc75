using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Clients of text keys and byte values whose errors are the connection's and whose lines go to the log.</summary>
internal static class KafkaClients
{
    public static IProducer<string, byte[]?> Producer(ProducerConfig settings, KafkaConnectionState connection, ILogger logger) =>
        new ProducerBuilder<string, byte[]?>(settings)
            .SetKeySerializer(Serializers.Utf8)
            .SetValueSerializer(Serializers.ByteArray!)
            .SetErrorHandler((_, e) => connection.Note(e))
            .SetLogHandler((_, m) => logger.LibraryLine(m.Facility, m.Message))
            .Build();

    public static IConsumer<string, byte[]?> Consumer(ConsumerConfig settings, KafkaConnectionState connection, ILogger logger) =>
        new ConsumerBuilder<string, byte[]?>(settings)
            .SetKeyDeserializer(Deserializers.Utf8)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetErrorHandler((_, e) => connection.Note(e))
            .SetLogHandler((_, m) => logger.LibraryLine(m.Facility, m.Message))
            .Build();
}
