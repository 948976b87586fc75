namespace EventGateway.Core.Loading;

/// <summary>A record that is in the log but not in use, and why.</summary>
/// <param name="Key">The record's key as text; it may be one that no grammar allows.</param>
public sealed record RefusedRecord(string Key, string Reason);
