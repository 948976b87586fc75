using System.Buffers;
using System.Buffers.Binary;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Takes a client's first message out of the records it comes in (RFC 8446, section 5.1). It may be cut into any number of them, and they may have
/// come in any pieces.
/// </summary>
internal static class ClientHelloRecords
{
    /// <summary>Most that is read of a connection. Clients send below 2 KiB; long lists of keys and tickets make it more.</summary>
    public const int MaxLength = 16 * 1024;

    private const int RecordHeader = 5;
    private const int MessageHeader = 4;
    private const byte HandshakeRecord = 22;
    private const byte MajorVersion = 3;
    private const byte HelloMessage = 1;

    /// <param name="received">From the connection's first byte on.</param>
    /// <param name="message">Receives what the records hold; takes <see cref="MaxLength"/> bytes.</param>
    /// <param name="body">The message behind its own header, when the result is <see cref="ClientHelloState.Read"/>.</param>
    public static ClientHelloState Join(in ReadOnlySequence<byte> received, Span<byte> message, out ReadOnlySpan<byte> body)
    {
        body = default;
        var isAll = received.Length <= MaxLength;
        var reader = new SequenceReader<byte>(isAll ? received : received.Slice(0, MaxLength));
        Span<byte> header = stackalloc byte[RecordHeader];
        var length = 0;
        while (!reader.End)
        {
            var isWhole = reader.TryCopyTo(header);
            if (!IsHandshake(ref reader))
            {
                return ClientHelloState.Unreadable;
            }

            if (!isWhole)
            {
                break;
            }

            var size = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
            if (size is 0 or > MaxLength)
            {
                return ClientHelloState.Unreadable;
            }

            reader.Advance(RecordHeader);
            var there = (int)Math.Min(size, reader.Remaining);
            _ = reader.TryCopyTo(message.Slice(length, there));
            reader.Advance(there);
            length += there;
            if (StateOf(message[..length], out body) is not ClientHelloState.Incomplete and var state)
            {
                return state;
            }
        }

        return isAll ? ClientHelloState.Incomplete : ClientHelloState.Unreadable;
    }

    // As soon as a byte tells: whoever speaks something else is not waited for.
    private static bool IsHandshake(ref SequenceReader<byte> reader) =>
        reader.TryPeek(out var type) && type == HandshakeRecord && (!reader.TryPeek(1, out var major) || major == MajorVersion);

    private static ClientHelloState StateOf(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> body)
    {
        body = default;
        if (!message.IsEmpty && message[0] != HelloMessage)
        {
            return ClientHelloState.Unreadable;
        }

        if (message.Length < MessageHeader)
        {
            return ClientHelloState.Incomplete;
        }

        var size = (message[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if (size > MaxLength - RecordHeader - MessageHeader)
        {
            return ClientHelloState.Unreadable;
        }

        if (message.Length - MessageHeader < size)
        {
            return ClientHelloState.Incomplete;
        }

        body = message.Slice(MessageHeader, size);
        return ClientHelloState.Read;
    }
}
