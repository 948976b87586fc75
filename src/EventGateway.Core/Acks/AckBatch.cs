namespace EventGateway.Core.Acks;

/// <param name="ReachedEnd">Whether everything that was there when reading began has been read by now.</param>
public sealed record AckBatch(IReadOnlyList<AckRecord> Records, bool ReachedEnd);
