using System.Buffers.Binary;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// What TLS messages are made of (RFC 8446, section 3): numbers, and vectors behind their lengths. Reads from the front; what is not there is
/// never read, and a length that says more than there is gives nothing.
/// </summary>
internal ref struct TlsFields(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public bool TrySkip(int count)
    {
        if (_rest.Length < count)
        {
            return false;
        }

        _rest = _rest[count..];
        return true;
    }

    public bool TryReadByte(out byte value)
    {
        value = _rest.IsEmpty ? (byte)0 : _rest[0];
        return TrySkip(1);
    }

    public bool TryReadUInt16(out ushort value) => BinaryPrimitives.TryReadUInt16BigEndian(_rest, out value) && TrySkip(2);

    /// <summary>A vector whose length takes one byte.</summary>
    public bool TryReadShortVector(out TlsFields vector)
    {
        vector = default;
        return TryReadByte(out var length) && TryTake(length, out vector);
    }

    /// <summary>A vector whose length takes two bytes.</summary>
    public bool TryReadVector(out TlsFields vector)
    {
        vector = default;
        return TryReadUInt16(out var length) && TryTake(length, out vector);
    }

    private bool TryTake(int length, out TlsFields taken)
    {
        taken = _rest.Length < length ? default : new TlsFields(_rest[..length]);
        return TrySkip(length);
    }
}
