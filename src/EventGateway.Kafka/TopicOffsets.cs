namespace EventGateway.Kafka;

/// <summary>Where partition 0 of a topic starts and ends.</summary>
/// <param name="Earliest">First offset that can be read.</param>
/// <param name="Stable">Up to here no transaction is open (the last stable offset).</param>
/// <param name="End">The high watermark: the offset the next record will have.</param>
internal readonly record struct TopicOffsets(long Earliest, long Stable, long End);
