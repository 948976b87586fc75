namespace EventGateway.Core.Sealing;

/// <summary>A secret in clear. No codec writes it, no log line shows it.</summary>
public sealed class PlainSecret(ReadOnlyMemory<byte> value) : Secret
{
    public ReadOnlyMemory<byte> Value { get; } = value;

    public override string ToString() => "(secret)";
}
