using System.Buffers;
using System.Net.Sockets;

namespace EventGateway.Proxy.Streams;

/// <summary>
/// Carries bytes both ways until both sides have ended. What one side does not take is not read from the other: a slow reader slows its sender
/// down and takes a buffer of this process, no more. A direction that is silent holds no buffer.
/// </summary>
internal sealed class StreamRelay(StreamSide client, StreamSide upstream, IdleWatch idle)
{
    private const int BufferSize = 32 * 1024;
    private long _bytesIn;
    private long _bytesOut;

    /// <summary>From the client.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);

    /// <summary>To the client.</summary>
    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <returns><see cref="StreamOutcome.Done"/>, <see cref="StreamOutcome.Idle"/> or <see cref="StreamOutcome.Broken"/>.</returns>
    public async Task<StreamOutcome> RunAsync()
    {
        var outcomes = await Task.WhenAll(CarryAsync(client, upstream, isIn: true), CarryAsync(upstream, client, isIn: false));
        if (outcomes[0] && outcomes[1])
        {
            return StreamOutcome.Done;
        }

        client.Break();
        upstream.Break();
        return idle.IsExpired ? StreamOutcome.Idle : StreamOutcome.Broken;
    }

    /// <returns>False: it was broken off, and so was the other direction.</returns>
    private async Task<bool> CarryAsync(StreamSide from, StreamSide to, bool isIn)
    {
        try
        {
            while (await ReadAsync(from.Stream, to.Stream) is > 0 and var count)
            {
                if (isIn)
                {
                    Volatile.Write(ref _bytesIn, _bytesIn + count);
                }
                else
                {
                    Volatile.Write(ref _bytesOut, _bytesOut + count);
                }
            }

            await to.EndAsync();
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            idle.Cancel();
            return false;
        }
    }

    private async ValueTask<int> ReadAsync(Stream from, Stream to)
    {
        _ = await from.ReadAsync(Memory<byte>.Empty, idle.Token);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var count = await from.ReadAsync(buffer, idle.Token);
            idle.Touch();
            if (count > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), idle.Token);
                idle.Touch();
            }

            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
