using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace EventGateway.Proxy.Streams;

/// <summary>
/// Reads the server name out of what a TLS client says first, without touching it. The message may come in any number of pieces and of
/// records; what is not TLS, and a message beyond <see cref="MaxLength"/>, is told from one that is not whole yet.
/// </summary>
internal static class ClientHello
{
    /// <summary>Clients send below 2 KiB; long lists of keys and tickets make it more.</summary>
    public const int MaxLength = 16 * 1024;

    private const int RecordHeader = 5;
    private const byte HandshakeRecord = 22;
    private const byte HelloMessage = 1;
    private const int ServerNameExtension = 0;

    /// <param name="serverName">In lower case, without trailing dot; empty: none was named. Set when the result is <see cref="HelloResult.Whole"/>.</param>
    public static HelloResult Read(ReadOnlySequence<byte> received, out string serverName)
    {
        serverName = "";
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(received.Length, MaxLength));
        try
        {
            var result = Join(received, buffer, out var length);
            if (length >= 4)
            {
                var message = buffer.AsSpan(0, length);
                var whole = 4 + ((message[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(message[2..]));
                if (message[0] != HelloMessage || whole > MaxLength)
                {
                    return HelloResult.NotTls;
                }

                if (length >= whole)
                {
                    return TryReadName(message[4..whole], out serverName) ? HelloResult.Whole : HelloResult.NotTls;
                }
            }

            return result;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Puts the contents of the records behind each other.</summary>
    private static HelloResult Join(ReadOnlySequence<byte> received, Span<byte> message, out int length)
    {
        length = 0;
        Span<byte> header = stackalloc byte[RecordHeader];
        var rest = received;
        while (!rest.IsEmpty)
        {
            if (rest.FirstSpan[0] != HandshakeRecord)
            {
                return HelloResult.NotTls;
            }

            if (rest.Length < RecordHeader)
            {
                return HelloResult.NotYet;
            }

            rest.Slice(0, RecordHeader).CopyTo(header);
            var size = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
            if (header[1] != 3 || size is 0 or > MaxLength)
            {
                return HelloResult.NotTls;
            }

            rest = rest.Slice(RecordHeader);
            var there = rest.Slice(0, Math.Min(size, rest.Length));
            if (there.Length > message.Length - length)
            {
                return HelloResult.NotTls;
            }

            there.CopyTo(message[length..]);
            length += (int)there.Length;
            rest = rest.Slice(there.Length);
        }

        return received.Length >= MaxLength ? HelloResult.NotTls : HelloResult.NotYet;
    }

    /// <summary>RFC 8446, section 4.1.2, and RFC 6066, section 3. False: the lengths do not fit each other.</summary>
    private static bool TryReadName(ReadOnlySpan<byte> hello, out string serverName)
    {
        serverName = "";
        const int VersionAndRandom = 2 + 32;
        if (hello.Length < VersionAndRandom)
        {
            return false;
        }

        hello = hello[VersionAndRandom..];
        if (!TrySkip(ref hello, 1) || !TrySkip(ref hello, 2) || !TrySkip(ref hello, 1))
        {
            return false;
        }

        if (hello.IsEmpty)
        {
            return true;
        }

        if (!TryTake(ref hello, 2, out var extensions))
        {
            return false;
        }

        while (!extensions.IsEmpty)
        {
            if (extensions.Length < 2)
            {
                return false;
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TryTake(ref extensions, 2, out var extension))
            {
                return false;
            }

            if (type == ServerNameExtension)
            {
                return TryReadNames(extension, out serverName);
            }
        }

        return true;
    }

    private static bool TryReadNames(ReadOnlySpan<byte> extension, out string serverName)
    {
        serverName = "";
        if (!TryTake(ref extension, 2, out var names))
        {
            return false;
        }

        while (!names.IsEmpty)
        {
            var isHost = names[0] == 0;
            names = names[1..];
            if (!TryTake(ref names, 2, out var name))
            {
                return false;
            }

            if (isHost)
            {
                serverName = NameOf(name);
                return true;
            }
        }

        return true;
    }

    // A name that no route can have is as good as none.
    private static string NameOf(ReadOnlySpan<byte> name)
    {
        name = name.EndsWith("."u8) ? name[..^1] : name;
        return name.Length is 0 or > 253 || !Ascii.IsValid(name) ? "" : Encoding.ASCII.GetString(name).ToLowerInvariant();
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, int lengthBytes) => TryTake(ref rest, lengthBytes, out _);

    private static bool TryTake(ref ReadOnlySpan<byte> rest, int lengthBytes, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (rest.Length < lengthBytes)
        {
            return false;
        }

        var length = lengthBytes == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[lengthBytes..];
        if (rest.Length < length)
        {
            return false;
        }

        taken = rest[..length];
        rest = rest[length..];
        return true;
    }
}
