namespace EventGateway.Core.Log;

/// <summary>One record as a log stores it.</summary>
/// <param name="Key">UTF-8 text; see <see cref="Model.EntityKey"/>.</param>
/// <param name="Value">An encoded envelope; null: the removal of the key.</param>
public sealed record LogRecord(string Key, ReadOnlyMemory<byte>? Value)
{
    /// <summary>Where the store keeps the record; -1 before it was appended.</summary>
    public long Offset { get; init; } = -1;

    /// <summary>Sequence of a removal, in the store's record header <c>eg-sequence</c>; null where the header is missing, and on records with a value.</summary>
    public long? RemovalSequence { get; init; }

    /// <summary>Epoch of a removal, in the store's record header <c>eg-epoch</c>; null where the header is missing, and on records with a value.</summary>
    public long? RemovalEpoch { get; init; }
}
