namespace EventGateway.Core.Acks;

/// <summary>One record of an <see cref="IAckLog"/>.</summary>
/// <param name="Value">Null: a removal.</param>
/// <param name="Age">How long ago it was written, by the store's clock; zero for what is being written.</param>
public sealed record AckRecord(string Key, ReadOnlyMemory<byte>? Value, TimeSpan Age = default);
