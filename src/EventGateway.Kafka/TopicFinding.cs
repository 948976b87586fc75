namespace EventGateway.Kafka;

/// <summary>Something about a topic that is not as it should be.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Setting">A Kafka topic setting, or <c>exists</c>, <c>partitions</c>, <c>replication.factor</c>.</param>
/// <param name="Is">The value found.</param>
/// <param name="ShouldBe">The value wanted, with <c>at least</c> or <c>at most</c> where others do as well.</param>
/// <param name="Fatal">Config would be lost or reordered, or nothing could be written: the log is refused. Otherwise a recommendation.</param>
/// <param name="Fix">What a person can do about it.</param>
public sealed record TopicFinding(string Topic, string Setting, string Is, string ShouldBe, bool Fatal, string Fix);
