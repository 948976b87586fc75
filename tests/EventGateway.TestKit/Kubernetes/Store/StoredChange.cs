using System.Collections.Immutable;

namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>One step in the life of a kind's objects.</summary>
/// <param name="Before">Null: the object came into being.</param>
/// <param name="After">Null: it is gone.</param>
/// <param name="Objects">All of the kind, after the step.</param>
internal sealed record StoredChange(long Revision, StoredObject? Before, StoredObject? After, ImmutableSortedDictionary<ObjectKey, StoredObject> Objects);
