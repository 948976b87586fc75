using System.Collections.Immutable;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;

namespace EventGateway.Core.Acks;

/// <summary>What a proxy serves of one log.</summary>
/// <param name="LogId">Identity of the log; commits of different ones do not compare.</param>
/// <param name="Refused">The first <see cref="MostRefused"/> of what it cannot use of the image.</param>
/// <param name="RefusedCount">How many there are altogether.</param>
public sealed record LogAck(Guid LogId, long Commit, ImageHash ImageHash, ImmutableArray<RefusedRecord> Refused, int RefusedCount)
{
    /// <summary>An ack must stay small, whatever went wrong.</summary>
    public const int MostRefused = 20;

    public static LogAck Of(ConfigImage image, IReadOnlyCollection<RefusedRecord> refused) =>
        new(image.Position.LogId, image.Position.Commit, image.Hash, [.. refused.Take(MostRefused)], refused.Count);

    /// <summary>By content, refusals too.</summary>
    public bool Equals(LogAck? other) => other is not null && LogId == other.LogId && Commit == other.Commit && ImageHash == other.ImageHash
        && RefusedCount == other.RefusedCount && Refused.SequenceEqual(other.Refused);

    public override int GetHashCode() => HashCode.Combine(LogId, Commit, ImageHash, RefusedCount);
}
