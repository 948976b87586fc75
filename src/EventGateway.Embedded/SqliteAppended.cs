namespace EventGateway.Embedded;

/// <param name="Offset">Of the last record.</param>
/// <param name="TidyingDue">Whether the log has enough garbage to be compacted, or history to be expired.</param>
internal readonly record struct SqliteAppended(long Offset, bool TidyingDue);
