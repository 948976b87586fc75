using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>A topic as it should be made.</summary>
/// <param name="Log">The log it belongs to; null: it is for all logs.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="Exists">Whether there is such a topic already; it is not changed then.</param>
/// <param name="Partitions">Always 1: order is kept within a partition only.</param>
/// <param name="ReplicationFactor">Three, or the number of brokers if there are fewer.</param>
/// <param name="Settings">Kafka's topic settings, in a fixed order.</param>
public sealed record TopicPlan(
    LogName? Log, string Topic, bool Exists, int Partitions, short ReplicationFactor, IReadOnlyList<TopicSetting> Settings);
