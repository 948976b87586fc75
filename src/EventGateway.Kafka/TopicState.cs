using Confluent.Kafka;

namespace EventGateway.Kafka;

/// <summary>What Kafka says of a topic that exists.</summary>
internal sealed record TopicState(string Topic, Uuid Id, int Partitions, int ReplicationFactor);
