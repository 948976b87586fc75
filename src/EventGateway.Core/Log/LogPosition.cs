namespace EventGateway.Core.Log;

/// <summary>Where in a log something is. Positions of different logs, or of different copies of one, compare by commit only.</summary>
/// <param name="LogId">Identity of the log; <see cref="Guid.Empty"/> before the first commit.</param>
/// <param name="Commit">Number of change sets so far.</param>
/// <param name="Epoch">The writer's epoch.</param>
/// <param name="Sequence">Of the last commit record, heartbeats too.</param>
/// <param name="Offset">Of the last commit record in the store it was read from; -1: none.</param>
/// <param name="CommittedAt">By the writer's clock: of the last change set, not of a heartbeat.</param>
public sealed record LogPosition(Guid LogId, long Commit, long Epoch, long Sequence, long Offset, DateTimeOffset? CommittedAt)
{
    public static readonly LogPosition None = new(Guid.Empty, 0, 0, 0, -1, null);
}
