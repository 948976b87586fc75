using System.Buffers.Binary;
using System.Text;
using EventGateway.Core.Log;

namespace EventGateway.Core.Loading.LastKnownGood;

/// <summary>Goes through the bytes of a file without copying the values of its records.</summary>
internal sealed class LastKnownGoodReader(ReadOnlyMemory<byte> bytes)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlyMemory<byte> _rest = bytes;

    public bool IsAtEnd => _rest.IsEmpty;

    /// <exception cref="EndOfStreamException">There is less than was stated.</exception>
    public string Text()
    {
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = Take(1).Span[0];
            length |= (part & 0x7f) << shift;
            if (part < 0x80)
            {
                return Utf8.GetString(Take(length).Span);
            }

            if (shift == 28)
            {
                throw new FormatException("a text has an impossible length");
            }
        }
    }

    public long Number() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    public LogRecord Record(long offset)
    {
        var key = Text();
        var length = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);
        return new LogRecord(key, Take(length)) { Offset = offset };
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length < 0 || length > _rest.Length)
        {
            throw new EndOfStreamException("it ends too early");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
