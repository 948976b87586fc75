namespace EventGateway.Kafka;

/// <summary>What Kafka says of a topic that exists.</summary>
/// <param name="Id">Another one for each topic that is made under the same name.</param>
internal sealed record TopicState(string Topic, string Id, int Partitions, int ReplicationFactor);
