using System.Net.Sockets;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>An upstream that does with each connection what a script says, and counts how many there are.</summary>
internal sealed class CountingUpstream : IAsyncDisposable
{
    private readonly TcpUpstream _upstream;
    private long _pushed;
    private int _open;
    private int _most;

    public CountingUpstream(Func<NetworkStream, CountingUpstream, CancellationToken, Task> serve) => _upstream = new TcpUpstream(async (client, stop) =>
    {
        var open = Interlocked.Increment(ref _open);
        int before;
        while ((before = Volatile.Read(ref _most)) < open && Interlocked.CompareExchange(ref _most, open, before) != before)
        {
        }

        try
        {
            await serve(client.GetStream(), this, stop);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    });

    public int Port => _upstream.Port;

    public int Accepted => _upstream.Accepted;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Most connections that were open at once.</summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>Bytes that somebody took.</summary>
    public long Pushed => Interlocked.Read(ref _pushed);

    /// <summary>Takes whatever comes and never says anything.</summary>
    public static CountingUpstream Silent() => new(static async (stream, _, stop) => await ReadToEndAsync(stream, stop));

    /// <summary>Reads a request's head, sends something, and then a piece again and again, for as long as anybody takes it.</summary>
    public static CountingUpstream Endless(string first, byte[] piece) => new(async (stream, self, stop) =>
    {
        await stream.ReadAtLeastAsync(new byte[16 * 1024], 16, throwOnEndOfStream: false, stop);
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(first), stop);
        while (true)
        {
            await stream.WriteAsync(piece, stop);
            Interlocked.Add(ref self._pushed, piece.Length);
        }
    });

    /// <summary>Sends something and then holds its tongue.</summary>
    public static CountingUpstream Stalling(string first) => new(async (stream, _, stop) =>
    {
        await stream.ReadAtLeastAsync(new byte[16 * 1024], 16, throwOnEndOfStream: false, stop);
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(first), stop);
        await ReadToEndAsync(stream, stop);
    });

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static async Task ReadToEndAsync(NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, stop) > 0)
        {
        }
    }
}
