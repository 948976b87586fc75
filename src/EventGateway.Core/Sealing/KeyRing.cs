using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Core.Sealing;

/// <summary>
/// The keys that seal secrets in the log. The first seals, all open. AES-256-GCM (NIST SP 800-38D) with a nonce derived from the
/// plaintext: HMAC-SHA-256 cut to 12 bytes, under a key of its own, over the associated data's length, the associated data and the
/// plaintext. Equal secrets under one name therefore seal to equal bytes, so that a restarted writer sees that nothing changed;
/// different ones have different nonces but for a chance of 2^-96 a pair. Both keys come from the ring's key by HKDF-SHA-256
/// (RFC 5869). The associated data is the log's and the entity's name: a sealed secret cannot be moved to another place.
/// </summary>
public sealed class KeyRing
{
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly ImmutableArray<RingKey> _keys;

    private KeyRing(ImmutableArray<RingKey> keys) => _keys = keys;

    /// <summary>Which key seals.</summary>
    public string SealingKeyId => _keys[0].Id;

    public IEnumerable<string> KeyIds => _keys.Select(k => k.Id);

    /// <summary>Reads a ring: one key a line, <c>id: base64 of 32 bytes</c>; empty lines and lines that begin with <c>#</c> are skipped.</summary>
    /// <exception cref="FormatException">The message names the line and what is wrong with it; it never holds key material.</exception>
    public static KeyRing Parse(string text)
    {
        var keys = ImmutableArray.CreateBuilder<RingKey>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var colon = line.IndexOf(':');
            var id = colon < 0 ? "" : line[..colon].Trim();
            if (!IsKeyId(id))
            {
                throw new FormatException($"line {number}: expected 'id: base64 of 32 bytes', the id made of letters, digits, '.', '_' and '-'");
            }

            // What stands before the colon is never shown: a line written the wrong way round has the key there.
            if (keys.Any(k => k.Id == id))
            {
                throw new FormatException($"line {number}: its id is used on a line above; give each key its own");
            }

            var key = new byte[KeySize];
            if (!Convert.TryFromBase64String(line[(colon + 1)..].Trim(), key, out var length) || length != KeySize)
            {
                throw new FormatException($"line {number}: behind the ':' there is not the base64 of {KeySize} bytes; make one with 'eventgateway keys new'");
            }

            keys.Add(RingKey.From(id, key));
        }

        return keys.Count > 0 ? new KeyRing(keys.ToImmutable()) : throw new FormatException("the key ring is empty; make a key with 'eventgateway keys new'");
    }

    /// <summary>A line for a ring's file with a new random key.</summary>
    /// <exception cref="ArgumentException">The id has characters other than letters, digits, '.', '_' and '-'.</exception>
    public static string NewLine(string id) => IsKeyId(id)
        ? $"{id}: {Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeySize))}"
        : throw new ArgumentException($"'{id}' is not a key id; use letters, digits, '.', '_' and '-'", nameof(id));

    public SealedSecret Seal(PlainSecret secret, LogName log, EntityKey key)
    {
        var ring = _keys[0];
        var plain = secret.Value.Span;
        var associated = AssociatedData(log, key);
        var nonce = ring.Nonce(associated, plain);
        var ciphertext = new byte[plain.Length + TagSize];
        using var aes = new AesGcm(ring.EncryptionKey, TagSize);
        aes.Encrypt(nonce, plain, ciphertext.AsSpan(0, plain.Length), ciphertext.AsSpan(plain.Length), associated);
        return new SealedSecret(ring.Id, nonce, ciphertext);
    }

    /// <param name="fault">Why the secret stays closed, for people; null when it was opened.</param>
    public PlainSecret? Open(SealedSecret secret, LogName log, EntityKey key, out string? fault)
    {
        var ring = _keys.FirstOrDefault(k => k.Id == secret.KeyId);
        if (ring is null)
        {
            fault = $"the key ring has no key '{secret.KeyId}'; add its line to the file given as --key-ring";
            return null;
        }

        if (secret.Nonce.Length != NonceSize || secret.Ciphertext.Length < TagSize)
        {
            fault = "the sealed private key is damaged";
            return null;
        }

        var plain = new byte[secret.Ciphertext.Length - TagSize];
        try
        {
            using var aes = new AesGcm(ring.EncryptionKey, TagSize);
            aes.Decrypt(secret.Nonce.Span, secret.Ciphertext.Span[..plain.Length], secret.Ciphertext.Span[plain.Length..], plain, AssociatedData(log, key));
            fault = null;
            return new PlainSecret(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            fault = $"the sealed private key does not open with key '{secret.KeyId}': another key has that id, or the record was altered or moved";
            return null;
        }
    }

    /// <summary>
    /// HMAC-SHA-256 of a text under a key made of each key of the ring for this alone, the sealing one's first: for what all holders of the ring
    /// have to agree on, and nobody else may be able to compute.
    /// </summary>
    public IEnumerable<byte[]> Tags(byte[] text) => _keys.Select(k => HMACSHA256.HashData(k.TagKey, text));

    public override string ToString() => $"key ring ({string.Join(", ", KeyIds)})";

    private static bool IsKeyId(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static byte[] AssociatedData(LogName log, EntityKey key) => Encoding.UTF8.GetBytes($"{log}/{key}");

    private sealed record RingKey(string Id, byte[] EncryptionKey, byte[] NonceKey, byte[] TagKey)
    {
        public static RingKey From(string id, byte[] key) => new(
            id,
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeySize, info: "eventgateway/v1/seal"u8.ToArray()),
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeySize, info: "eventgateway/v1/nonce"u8.ToArray()),
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeySize, info: "eventgateway/v1/tag"u8.ToArray()));

        public byte[] Nonce(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, NonceKey);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, associated.Length);
            hmac.AppendData(length);
            hmac.AppendData(associated);
            hmac.AppendData(plain);
            return hmac.GetHashAndReset()[..NonceSize];
        }
    }
}
