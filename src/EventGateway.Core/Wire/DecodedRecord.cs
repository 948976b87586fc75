using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Core.Wire;

/// <summary>What a record says.</summary>
public abstract record DecodedRecord
{
    private DecodedRecord()
    {
    }

    public sealed record Put(Entity Entity, ContentHash Hash, RecordVersion Version, Provenance Provenance) : DecodedRecord;

    public sealed record Removal(EntityKey Key, RecordVersion Version) : DecodedRecord;

    public sealed record Commit(LogCommit Value) : DecodedRecord;

    /// <summary>Nothing this build understands.</summary>
    /// <param name="Reason">For people: what is wrong and what to do.</param>
    public sealed record Unreadable(string Key, string Reason) : DecodedRecord;
}
