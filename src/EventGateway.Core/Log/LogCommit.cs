using EventGateway.Core.Image;

namespace EventGateway.Core.Log;

/// <summary>The last record of every append: apply point, heartbeat, identity and integrity check.</summary>
/// <param name="LogId">Identity of the log; a recreated log has another one.</param>
/// <param name="Commit">Number of change sets so far; a heartbeat or a claim repeats it.</param>
/// <param name="Changes">Records in this change set, this one not counted.</param>
/// <param name="ImageHash">Of the image at this commit.</param>
/// <param name="CommittedAt">When this record was written, by the writer's clock.</param>
/// <param name="ChangedAt">When the last change set was written; null: there was none yet.</param>
/// <param name="Populated">Whether the log has once, up to here, held everything its writer wanted; readers show nothing of it before.</param>
/// <param name="Origin">Who writes.</param>
public sealed record LogCommit(
    Guid LogId,
    long Commit,
    RecordVersion Version,
    int Changes,
    ImageHash ImageHash,
    DateTimeOffset CommittedAt,
    DateTimeOffset? ChangedAt,
    CommitReason Reason,
    bool Populated,
    string Origin);
