namespace EventGateway.Core.Sealing;

/// <summary>A secret as it lies in the log: AES-256-GCM under one key of a <see cref="KeyRing"/>.</summary>
/// <param name="keyId">Which key sealed it.</param>
/// <param name="nonce">12 bytes.</param>
/// <param name="ciphertext">Ciphertext followed by the 16-byte tag.</param>
public sealed class SealedSecret(string keyId, ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> ciphertext) : Secret
{
    public string KeyId { get; } = keyId;

    public ReadOnlyMemory<byte> Nonce { get; } = nonce;

    public ReadOnlyMemory<byte> Ciphertext { get; } = ciphertext;

    public override string ToString() => $"(sealed by {KeyId})";
}
