using System.Buffers;
using System.Net.Security;
using System.Text;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Reads out of the first bytes of a connection whom the client wants to speak to, and which keys it takes (RFC 8446, section 4.1.2; RFC 5246, section
/// 7.4.1.2; RFC 6066, section 3). The handshake itself is not done here. Values that this does not know are passed over, as clients send some on
/// purpose (RFC 8701); lengths that do not fit each other, and what may stand there once and stands there twice, make it unreadable: two who read
/// such a hello may read different names.
/// </summary>
internal static class ClientHelloReader
{
    private const int VersionAndRandom = 2 + 32;
    private const ushort ServerName = 0;
    private const ushort SignatureAlgorithms = 13;
    private const ushort SupportedVersions = 43;
    private const ushort Tls13 = 0x0304;
    private const byte HostName = 0;

    /// <summary>Longest DNS name in text form (RFC 1035, section 2.3.4).</summary>
    private const int MaxNameLength = 253;

    /// <param name="received">From the connection's first byte on.</param>
    /// <param name="isSpoken">Whether the gateway speaks a suite.</param>
    /// <param name="hello">Set when the result is <see cref="ClientHelloState.Read"/>.</param>
    public static ClientHelloState Read(in ReadOnlySequence<byte> received, Func<TlsCipherSuite, bool> isSpoken, out ClientHello? hello)
    {
        hello = null;
        var buffer = ArrayPool<byte>.Shared.Rent(ClientHelloRecords.MaxLength);
        try
        {
            var state = ClientHelloRecords.Join(received, buffer, out var body);
            if (state == ClientHelloState.Read && (hello = ReadBody(new TlsFields(body), isSpoken)) is null)
            {
                return ClientHelloState.Unreadable;
            }

            return state;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Version and random, session id, suites, compressions, extensions.
    private static ClientHello? ReadBody(TlsFields body, Func<TlsCipherSuite, bool> isSpoken)
    {
        var hello = new ClientHello();
        if (!body.TrySkip(VersionAndRandom) || !body.TryReadShortVector(out _) || !body.TryReadVector(out var suites) || !body.TryReadShortVector(out _))
        {
            return null;
        }

        while (suites.TryReadUInt16(out var suite))
        {
            if (isSpoken((TlsCipherSuite)suite))
            {
                hello.Add((TlsCipherSuite)suite);
            }
        }

        if (!suites.IsEmpty)
        {
            return null;
        }

        return body.IsEmpty || (body.TryReadVector(out var extensions) && body.IsEmpty && TryReadExtensions(extensions, hello)) ? hello : null;
    }

    private static bool TryReadExtensions(TlsFields extensions, ClientHello hello)
    {
        var (hasName, hasSchemes, hasVersions) = (false, false, false);
        while (!extensions.IsEmpty)
        {
            if (!extensions.TryReadUInt16(out var type) || !extensions.TryReadVector(out var body))
            {
                return false;
            }

            var isSound = type switch
            {
                ServerName => First(ref hasName) && TryReadName(body, hello),
                SignatureAlgorithms => First(ref hasSchemes) && TryReadSchemes(body, hello),
                SupportedVersions => First(ref hasVersions) && TryReadVersions(body, hello),
                _ => true,
            };
            if (!isSound)
            {
                return false;
            }
        }

        return true;
    }

    private static bool First(ref bool isThere) => !isThere && (isThere = true);

    private static bool TryReadName(TlsFields body, ClientHello hello)
    {
        if (!body.TryReadVector(out var names) || !body.IsEmpty)
        {
            return false;
        }

        var hasName = false;
        while (!names.IsEmpty)
        {
            if (!names.TryReadByte(out var type) || !names.TryReadVector(out var name))
            {
                return false;
            }

            if (type == HostName)
            {
                if (!First(ref hasName))
                {
                    return false;
                }

                hello.ServerName = NameOf(name.Rest);
            }
        }

        return true;
    }

    // A name that no route and no certificate can have is as good as none.
    private static string NameOf(ReadOnlySpan<byte> name)
    {
        name = name.EndsWith("."u8) ? name[..^1] : name;
        return name.Length is 0 or > MaxNameLength || name.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? "" : Encoding.ASCII.GetString(name).ToLowerInvariant();
    }

    private static bool TryReadVersions(TlsFields body, ClientHello hello)
    {
        if (!body.TryReadShortVector(out var versions) || !body.IsEmpty)
        {
            return false;
        }

        while (versions.TryReadUInt16(out var version))
        {
            hello.OffersTls13 |= version == Tls13;
        }

        return versions.IsEmpty;
    }

    private static bool TryReadSchemes(TlsFields body, ClientHello hello)
    {
        if (!body.TryReadVector(out var schemes) || !body.IsEmpty)
        {
            return false;
        }

        var found = SignatureSchemes.None;
        while (schemes.TryReadUInt16(out var scheme))
        {
            found |= KindOf(scheme);
        }

        hello.Schemes = found;
        return schemes.IsEmpty;
    }

    private static SignatureSchemes KindOf(ushort scheme) => scheme switch
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
