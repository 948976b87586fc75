using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>Records in order, and where the next chunk starts. No records: the place moved on over what readers never see.</summary>
internal readonly record struct TailChunk(IReadOnlyList<LogRecord> Records, long NextOffset);
