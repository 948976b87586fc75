using EventGateway.Core.Image;
using EventGateway.Core.Log;

namespace EventGateway.Core.Loading.LastKnownGood;

/// <summary>What a file was found to hold.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Log">Which log it is of, by its name; null: the name says nothing.</param>
/// <param name="Image">Null: the file is refused.</param>
/// <param name="WrittenAt">By the clock of the process that wrote it.</param>
/// <param name="Refusal">Why it is not used, for people; null when it can be.</param>
public sealed record LastKnownGoodFile(string Path, LogName? Log, ConfigImage? Image, DateTimeOffset WrittenAt, string? Refusal);
