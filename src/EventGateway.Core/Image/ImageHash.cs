using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Core.Image;

/// <summary>
/// Hash of a whole image that does not depend on order and is updated in O(1) per change: the sum modulo 2^128 of one
/// contribution per entity, SHA-256(key, 0x00, content hash) cut to 16 bytes. The additive construction is AdHash
/// (Bellare, Micciancio: "A New Paradigm for Collision-free Hashing", EUROCRYPT 1997). It finds lost and corrupt records;
/// it is no defence against someone who may write the log.
/// </summary>
public readonly record struct ImageHash(UInt128 Value)
{
    public const int Size = 16;

    public static readonly ImageHash Empty;

    public ImageHash Add(EntityKey key, ContentHash hash) => new(unchecked(Value + Contribution(key.Text, hash.Value)));

    public ImageHash Remove(EntityKey key, ContentHash hash) => new(unchecked(Value - Contribution(key.Text, hash.Value)));

    /// <summary>One hash over the images of several logs, whatever their order; empty images count too.</summary>
    public static ImageHash Combine(IEnumerable<(LogName Log, ImageHash Hash)> images)
    {
        var sum = UInt128.Zero;
        foreach (var (log, hash) in images)
        {
            sum = unchecked(sum + Contribution(log.ToString(), hash.Value));
        }

        return new ImageHash(sum);
    }

    /// <exception cref="ArgumentException">Not 16 bytes.</exception>
    public static ImageHash Read(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new ImageHash(BinaryPrimitives.ReadUInt128BigEndian(bytes))
        : throw new ArgumentException("An image hash has 16 bytes.", nameof(bytes));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", null);

    private static UInt128 Contribution(string name, UInt128 value)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        Span<byte> input = length + 1 + Size <= 512 ? stackalloc byte[length + 1 + Size] : new byte[length + 1 + Size];
        Encoding.UTF8.GetBytes(name, input);
        input[length] = 0;
        BinaryPrimitives.WriteUInt128BigEndian(input[(length + 1)..], value);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }
}
