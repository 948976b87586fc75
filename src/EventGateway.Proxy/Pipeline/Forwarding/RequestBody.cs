using System.Buffers;

namespace EventGateway.Proxy.Pipeline.Forwarding;

/// <summary>
/// The client's body on its way upstream. Keeps what was read, up to a limit, so that another attempt can be given the same bytes; beyond the
/// limit it keeps nothing. One reader at a time.
/// </summary>
/// <param name="inner">The client's.</param>
/// <param name="limit">Most bytes that are kept.</param>
internal sealed class RequestBody(Stream inner, int limit) : SequentialStream
{
    private const int FirstBuffer = 4096;

    private byte[] _buffer = [];
    private int _kept;
    private int _position;
    private bool _isRead;
    private bool _isTooLong;

    /// <summary>Whether the body can be sent from its beginning.</summary>
    public bool CanRewind => !_isRead || !_isTooLong;

    public override bool CanRead => true;

    /// <summary>For the next attempt. Nobody may be reading.</summary>
    public void Rewind() => _position = 0;

    /// <summary>Gives back what was kept. Nobody may read any more.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        _isTooLong = true;
        _isRead = true;
        _kept = 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position < _kept)
        {
            var again = Math.Min(buffer.Length, _kept - _position);
            _buffer.AsSpan(_position, again).CopyTo(buffer.Span);
            _position += again;
            return again;
        }

        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            _isRead = true;
            Keep(buffer.Span[..count]);
        }

        return count;
    }

    private void Keep(ReadOnlySpan<byte> read)
    {
        if (_isTooLong)
        {
            return;
        }

        if (_kept + read.Length > limit)
        {
            Release();
            return;
        }

        if (_kept + read.Length > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, Math.Max(_kept + read.Length, 2 * _kept)));
            _buffer.AsSpan(0, _kept).CopyTo(larger);
            if (_buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = larger;
        }

        read.CopyTo(_buffer.AsSpan(_kept));
        _kept += read.Length;
        _position = _kept;
    }
}
