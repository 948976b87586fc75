namespace EventGateway.Embedded;

/// <summary>What a log can do without.</summary>
/// <param name="LogId">Of the log that was looked at.</param>
/// <param name="Superseded">Offsets of records that have a later one of their key. No reader misses them.</param>
/// <param name="Removals">
/// Offsets of removals that are the last of their key, ascending. They go after everything that is superseded, since a compaction that
/// ends half-way must not bring a key back; and a reader that is not past them has to start anew.
/// </param>
internal sealed record SqliteGarbage(long LogId, IReadOnlyList<long> Superseded, IReadOnlyList<long> Removals);
