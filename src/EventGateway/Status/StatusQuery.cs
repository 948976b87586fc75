using EventGateway.Kafka;

namespace EventGateway.Status;

/// <param name="Url">Of one process; null: the fleet is meant, or there are faults.</param>
/// <param name="Kafka">Where the fleet reports; null: one process is meant.</param>
internal sealed record StatusQuery(Uri? Url, KafkaLogOptions? Kafka, bool AsJson);
