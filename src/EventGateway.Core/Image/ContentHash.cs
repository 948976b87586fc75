using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EventGateway.Core.Image;

/// <summary>First 16 bytes of SHA-256 over an entity's serialized body. Two entities with one hash are the same.</summary>
public readonly record struct ContentHash(UInt128 Value)
{
    public const int Size = 16;

    public static ContentHash Of(ReadOnlySpan<byte> body)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, digest);
        return new ContentHash(BinaryPrimitives.ReadUInt128BigEndian(digest));
    }

    /// <exception cref="ArgumentException">Not 16 bytes.</exception>
    public static ContentHash Read(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new ContentHash(BinaryPrimitives.ReadUInt128BigEndian(bytes))
        : throw new ArgumentException("A content hash has 16 bytes.", nameof(bytes));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", null);
}
