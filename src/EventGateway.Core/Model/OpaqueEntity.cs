namespace EventGateway.Core.Model;

/// <summary>An entity of a kind this build does not know, as it was written.</summary>
/// <param name="WireKind">The kind's number in the wire contract.</param>
/// <param name="Body">The serialized entity.</param>
public sealed record OpaqueEntity(EntityKey Key, int WireKind, ReadOnlyMemory<byte> Body) : Entity(Key)
{
    public override IEnumerable<ConfigProblem> Validate() => [];
}
