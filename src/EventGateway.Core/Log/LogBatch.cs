namespace EventGateway.Core.Log;

/// <summary>Records as they were read, in the log's order. How records fall into batches has no meaning.</summary>
/// <param name="Records">May be empty.</param>
/// <param name="NextOffset">Where the next batch starts.</param>
/// <param name="EndOffset">The log's true end as captured when reading started or was last reset: the offset the next record would have had.</param>
/// <param name="ReachedEnd">Whether everything before <paramref name="EndOffset"/> has now been delivered. Stays true until a reset.</param>
/// <param name="Reset">Other than None: forget what was read; these records are the first of the log as it is now.</param>
public sealed record LogBatch(IReadOnlyList<LogRecord> Records, long NextOffset, long EndOffset, bool ReachedEnd, LogReset Reset = LogReset.None);
