using EventGateway.Core.Log;

namespace EventGateway.Core.Acks;

/// <summary>A change set that every live proxy serves now.</summary>
/// <param name="Took">Since the source was seen to change; null: that is not known.</param>
public sealed record ServedChange(LogName Log, LogPosition Position, TimeSpan? Took);
