using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace EventGateway.Proxy.Pipeline;

/// <summary>Reads a header of the PROXY protocol, version 1 (text) or 2 (binary): https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt.</summary>
internal static class ProxyHeader
{
    /// <summary>Longest line of version 1, with its end.</summary>
    private const int MaxLine = 107;

    private const int BinaryPrefix = 16;

    /// <summary>Addresses, and what load balancers add to them. The length field could say 64 KiB.</summary>
    private const int MaxBinary = 4096;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <param name="length">Of the header; what follows is the client's. Set when the result is <see cref="ProxyHeaderResult.Whole"/>.</param>
    /// <param name="source">The client; null: the header names none, the peer speaks for itself.</param>
    public static ProxyHeaderResult Read(ReadOnlySequence<byte> received, out int length, out IPEndPoint? source)
    {
        length = 0;
        source = null;
        Span<byte> start = stackalloc byte[BinaryPrefix];
        var there = start[..(int)Math.Min(received.Length, BinaryPrefix)];
        received.Slice(0, there.Length).CopyTo(there);
        if (there.IsEmpty)
        {
            return ProxyHeaderResult.NotYet;
        }

        if (there[0] == Signature[0])
        {
            return there.StartsWith(Signature) ? ReadBinary(received, there, out length, out source)
                : Signature.StartsWith(there) ? ProxyHeaderResult.NotYet : ProxyHeaderResult.Missing;
        }

        var word = "PROXY "u8;
        return there.StartsWith(word) ? ReadLine(received, out length, out source)
            : word.StartsWith(there) ? ProxyHeaderResult.NotYet : ProxyHeaderResult.Missing;
    }

    private static ProxyHeaderResult ReadLine(ReadOnlySequence<byte> received, out int length, out IPEndPoint? source)
    {
        length = 0;
        source = null;
        Span<byte> buffer = stackalloc byte[MaxLine];
        var start = buffer[..(int)Math.Min(received.Length, MaxLine)];
        received.Slice(0, start.Length).CopyTo(start);
        var end = start.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return start.Length == MaxLine ? ProxyHeaderResult.Malformed : ProxyHeaderResult.NotYet;
        }

        if (!Ascii.IsValid(start[..end]))
        {
            return ProxyHeaderResult.Malformed;
        }

        length = end + 2;
        var words = Encoding.ASCII.GetString(start[..end]).Split(' ');
        if (words is ["PROXY", "UNKNOWN", ..])
        {
            return ProxyHeaderResult.Whole;
        }

        if (words is not ["PROXY", "TCP4" or "TCP6", var from, var to, var fromPort, var toPort]
            || !TryAddress(words[1], from, out var address) || !TryAddress(words[1], to, out _)
            || !TryPort(fromPort, out var port) || !TryPort(toPort, out _))
        {
            return ProxyHeaderResult.Malformed;
        }

        source = new IPEndPoint(address, port);
        return ProxyHeaderResult.Whole;
    }

    private static ProxyHeaderResult ReadBinary(ReadOnlySequence<byte> received, ReadOnlySpan<byte> prefix, out int length, out IPEndPoint? source)
    {
        const int Version = 2;
        const int Local = 0;
        const int Proxy = 1;
        length = 0;
        source = null;
        if (prefix.Length < BinaryPrefix)
        {
            return ProxyHeaderResult.NotYet;
        }

        var command = prefix[12] & 0xF;
        var size = BinaryPrimitives.ReadUInt16BigEndian(prefix[14..]);
        if (prefix[12] >> 4 != Version || command is not (Local or Proxy) || size > MaxBinary)
        {
            return ProxyHeaderResult.Malformed;
        }

        if (received.Length < BinaryPrefix + size)
        {
            return ProxyHeaderResult.NotYet;
        }

        length = BinaryPrefix + size;
        var (addressLength, isKnown) = (prefix[13] >> 4) switch
        {
            1 => (4, true),
            2 => (16, true),
            _ => (0, false),
        };
        if (command == Local || !isKnown)
        {
            return ProxyHeaderResult.Whole;
        }

        if (size < (2 * addressLength) + 4)
        {
            return ProxyHeaderResult.Malformed;
        }

        Span<byte> addresses = stackalloc byte[36];
        addresses = addresses[..((2 * addressLength) + 4)];
        received.Slice(BinaryPrefix, addresses.Length).CopyTo(addresses);
        source = new IPEndPoint(new IPAddress(addresses[..addressLength]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * addressLength)..]));
        return ProxyHeaderResult.Whole;
    }

    private static bool TryAddress(string family, string text, out IPAddress address) =>
        IPAddress.TryParse(text, out address!) && text.Contains(':', StringComparison.Ordinal) == (family == "TCP6") && (family == "TCP6" || text.Count(c => c == '.') == 3);

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue && (text.Length == 1 || text[0] != '0');
}
