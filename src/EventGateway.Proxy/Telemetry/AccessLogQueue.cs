using System.Buffers;
using System.Diagnostics;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Lines on their way to the disk, in pieces that are written in one go each. Many add lines, one thread takes pieces. Owns a lock, under which a line is
/// copied and nothing else happens.
/// </summary>
internal sealed class AccessLogQueue
{
    /// <summary>About twenty thousand lines.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private const int PieceBytes = 64 * 1024;

    // An object, as its monitor is waited on.
    private readonly object _lock = new();
    private readonly List<ArraySegment<byte>> _full = [];
    private byte[] _piece = [];
    private int _used;
    private long _bytes;
    private bool _isAwaited;
    private bool _isComplete;

    /// <returns>False: there is no room, and the line is not taken.</returns>
    public bool TryAdd(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            if (_isComplete || _bytes + line.Length > MaxBytes)
            {
                return false;
            }

            if (_used + line.Length > _piece.Length)
            {
                Close_NeedsLock();
                _piece = ArrayPool<byte>.Shared.Rent(Math.Max(PieceBytes, line.Length));
            }

            line.CopyTo(_piece.AsSpan(_used));
            _used += line.Length;
            _bytes += line.Length;
            if (_isAwaited)
            {
                _isAwaited = false;
                Monitor.Pulse(_lock);
            }

            return true;
        }
    }

    /// <summary>No more lines; those that are there can still be taken.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Blocks until there is a line, lets more of them gather, and takes all. Each piece is to be given back.</summary>
    /// <returns>The oldest first; empty: there will be none any more.</returns>
    public IReadOnlyList<ArraySegment<byte>> TakeAll(TimeSpan gathering)
    {
        lock (_lock)
        {
            while (_used == 0 && _full.Count == 0 && !_isComplete)
            {
                _isAwaited = true;
                Monitor.Wait(_lock);
            }

            _isAwaited = false;
            var began = Stopwatch.GetTimestamp();
            while (!_isComplete && gathering - Stopwatch.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
            {
                Monitor.Wait(_lock, left);
            }

            Close_NeedsLock();
            ArraySegment<byte>[] pieces = [.. _full];
            _full.Clear();
            return pieces;
        }
    }

    /// <summary>Once it is written, or cannot be.</summary>
    public void Return(ArraySegment<byte> piece)
    {
        lock (_lock)
        {
            _bytes -= piece.Count;
        }

        ArrayPool<byte>.Shared.Return(piece.Array!);
    }

    private void Close_NeedsLock()
    {
        if (_used > 0)
        {
            _full.Add(new ArraySegment<byte>(_piece, 0, _used));
            _piece = [];
            _used = 0;
        }
    }
}
