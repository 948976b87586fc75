using System.Buffers.Binary;
using System.Net.Security;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Reads out of the first bytes of a connection what decides which key the client is shown (RFC 8446, section 4.1.2; RFC 5246, section
/// 7.4.1.2). The handshake itself is not done here: what this does not understand it leaves to it.
/// </summary>
internal static class ClientHelloReader
{
    private const int RecordHeader = 5;
    private const int MaxRecord = 16 * 1024;
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;
    private const ushort SignatureAlgorithms = 13;
    private const ushort SupportedVersions = 43;
    private const ushort Tls13 = 0x0304;

    /// <param name="bytes">From the connection's first byte on.</param>
    /// <param name="isSpoken">Whether the gateway speaks a suite.</param>
    /// <param name="hello">Set when the result is <see cref="ClientHelloState.Read"/>.</param>
    public static ClientHelloState Read(ReadOnlySpan<byte> bytes, Func<TlsCipherSuite, bool> isSpoken, out ClientHello? hello)
    {
        hello = null;
        if (bytes.Length > 0 && (bytes[0] != HandshakeRecord || (bytes.Length > 1 && bytes[1] != 3)))
        {
            return ClientHelloState.Unreadable;
        }

        if (bytes.Length < RecordHeader)
        {
            return ClientHelloState.Incomplete;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        if (length is 0 or > MaxRecord)
        {
            return ClientHelloState.Unreadable;
        }

        if (bytes.Length < RecordHeader + length)
        {
            return ClientHelloState.Incomplete;
        }

        hello = ReadMessage(bytes.Slice(RecordHeader, length), isSpoken);
        return hello is null ? ClientHelloState.Unreadable : ClientHelloState.Read;
    }

    private static ClientHello? ReadMessage(ReadOnlySpan<byte> record, Func<TlsCipherSuite, bool> isSpoken)
    {
        if (record.Length < 4 || record[0] != ClientHelloMessage)
        {
            return null;
        }

        var length = (record[1] << 16) | (record[2] << 8) | record[3];
        if (record.Length - 4 < length)
        {
            return null;
        }

        // Version and random, session id, suites, compressions, extensions.
        var rest = record.Slice(4, length);
        if (!TrySkip(ref rest, 34) || !TryTakeVector(ref rest, 1, out _) || !TryTakeVector(ref rest, 2, out var suites) || !TryTakeVector(ref rest, 1, out _))
        {
            return null;
        }

        var hello = new ClientHello();
        for (; suites.Length >= 2; suites = suites[2..])
        {
            var suite = (TlsCipherSuite)BinaryPrimitives.ReadUInt16BigEndian(suites);
            if (isSpoken(suite))
            {
                hello.Add(suite);
            }
        }

        return rest.IsEmpty || (TryTakeVector(ref rest, 2, out var extensions) && TryReadExtensions(extensions, hello)) ? hello : null;
    }

    private static bool TryReadExtensions(ReadOnlySpan<byte> extensions, ClientHello hello)
    {
        while (!extensions.IsEmpty)
        {
            if (extensions.Length < 2)
            {
                return false;
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TryTakeVector(ref extensions, 2, out var body))
            {
                return false;
            }

            if (type == SignatureAlgorithms)
            {
                if (!TryTakeVector(ref body, 2, out var schemes))
                {
                    return false;
                }

                hello.Schemes = SchemesOf(schemes);
            }
            else if (type == SupportedVersions)
            {
                if (!TryTakeVector(ref body, 1, out var versions))
                {
                    return false;
                }

                for (; versions.Length >= 2; versions = versions[2..])
                {
                    hello.OffersTls13 |= BinaryPrimitives.ReadUInt16BigEndian(versions) == Tls13;
                }
            }
        }

        return true;
    }

    private static SignatureSchemes SchemesOf(ReadOnlySpan<byte> schemes)
    {
        var found = SignatureSchemes.None;
        for (; schemes.Length >= 2; schemes = schemes[2..])
        {
            found |= BinaryPrimitives.ReadUInt16BigEndian(schemes) switch
            {
                0x0403 => SignatureSchemes.Ecdsa | SignatureSchemes.EcdsaP256,
                0x0503 => SignatureSchemes.Ecdsa | SignatureSchemes.EcdsaP384,
                0x0603 => SignatureSchemes.Ecdsa | SignatureSchemes.EcdsaP521,
                0x0203 or 0x0303 => SignatureSchemes.Ecdsa,
                0x0804 or 0x0805 or 0x0806 => SignatureSchemes.Rsa | SignatureSchemes.RsaPss,
                0x0201 or 0x0301 or 0x0401 or 0x0501 or 0x0601 => SignatureSchemes.Rsa,
                _ => SignatureSchemes.None,
            };
        }

        return found;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, int count)
    {
        if (rest.Length < count)
        {
            return false;
        }

        rest = rest[count..];
        return true;
    }

    /// <param name="lengthBytes">How many bytes tell the vector's length: 1 or 2.</param>
    private static bool TryTakeVector(ref ReadOnlySpan<byte> rest, int lengthBytes, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        if (rest.Length < lengthBytes)
        {
            return false;
        }

        int length = lengthBytes == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length - lengthBytes < length)
        {
            return false;
        }

        vector = rest.Slice(lengthBytes, length);
        rest = rest[(lengthBytes + length)..];
        return true;
    }
}
