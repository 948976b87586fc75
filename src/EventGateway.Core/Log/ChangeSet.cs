using System.Collections.Immutable;

namespace EventGateway.Core.Log;

/// <summary>Changes that take effect together, in the order in which they must be appended.</summary>
public sealed record ChangeSet(ImmutableArray<Change> Changes);
