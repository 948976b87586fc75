using EventGateway.Core.Image;

namespace EventGateway.Core.Loading.LastKnownGood;

/// <summary>Which image of a log lies on the disk.</summary>
/// <param name="WrittenAt">By the clock of the process that wrote it.</param>
public sealed record LastKnownGoodCopy(Guid LogId, long Commit, ImageHash Hash, DateTimeOffset WrittenAt)
{
    /// <summary>Whether a file of this image would hold the same entities at the same commit; heartbeats since do not count.</summary>
    public bool IsOf(ConfigImage image) => image.Position.LogId == LogId && image.Position.Commit == Commit && image.Hash == Hash;
}
