using System.Collections.Immutable;
using EventGateway.Core.Log;

namespace EventGateway.Core.Wire;

/// <summary>One change set as the history keeps it: its commit, and its records as they lay in the config log.</summary>
public sealed record HistoryEntry(LogCommit Commit, ImmutableArray<LogRecord> Records);
