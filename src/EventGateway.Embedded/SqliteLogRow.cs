namespace EventGateway.Embedded;

/// <summary>A log as a reader needs to know it.</summary>
/// <param name="Id">Another one for each log that is made under the same name.</param>
/// <param name="NextOffset">The log's end.</param>
/// <param name="NextHistory">The end of its history.</param>
/// <param name="RemovedUpTo">The offset of the last removal that compaction took out; -1: none.</param>
/// <param name="RemovalRounds">How often compaction took out removals.</param>
internal sealed record SqliteLogRow(long Id, long NextOffset, long NextHistory, long RemovedUpTo, long RemovalRounds);
