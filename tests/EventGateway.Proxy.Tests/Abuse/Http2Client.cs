using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>A client of HTTP/2 without TLS that sends any frame it is told to, and keeps what the server says about each stream.</summary>
internal sealed class Http2Client : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;
    public const byte EndStream = 1;
    public const byte Ack = 1;
    public const byte EndHeaders = 4;
    private const int HeadLength = 9;

    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly SemaphoreSlim _writing = new(1);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NetworkStream _stream = null!;
    private long _received;
    private int _goAways;

    /// <summary>By stream.</summary>
    public ConcurrentDictionary<int, string> Statuses { get; } = new();

    /// <summary>Streams that the server ended, whichever way.</summary>
    public ConcurrentDictionary<int, byte> EndedStreams { get; } = new();

    /// <summary>Error codes by stream.</summary>
    public ConcurrentDictionary<int, uint> Resets { get; } = new();

    /// <summary>Error code of the last GOAWAY; null: none came.</summary>
    public uint? GoneAway { get; private set; }

    public int GoAways => Volatile.Read(ref _goAways);

    /// <summary>Bytes of bodies.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Over when the server has closed the connection.</summary>
    public Task Ended => _ended.Task;

    /// <param name="window">Bytes that the server may send on each stream unasked.</param>
    /// <param name="isReading">Whether anything the server sends is taken from the connection.</param>
    public static async Task<Http2Client> ConnectAsync(int port, int window = 65_535, bool isReading = true)
    {
        var client = new Http2Client();
        await client._client.ConnectAsync(IPAddress.Loopback, port);
        client._stream = client._client.GetStream();
        var settings = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(settings, 1);
        BinaryPrimitives.WriteUInt16BigEndian(settings.AsSpan(6), 4);
        BinaryPrimitives.WriteInt32BigEndian(settings.AsSpan(8), window);
        await client._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await client.SendAsync(Frame(Settings, 0, 0, settings));
        if (isReading)
        {
            _ = client.ReadAsync();
        }

        return client;
    }

    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeadLength + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeadLength));
        return frame;
    }

    public static byte[] Frame(byte type, int stream, uint number)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, number);
        return Frame(type, 0, stream, payload);
    }

    /// <returns>False: the server has hung up.</returns>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _stream.WriteAsync(frames, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>A request without a body.</summary>
    public Task<bool> RequestAsync(int stream, byte[] block) => SendAsync(Frame(Headers, EndStream | EndHeaders, stream, block));

    /// <summary>Whether the server has said its last word about a stream.</summary>
    public bool IsOver(int stream) => EndedStreams.ContainsKey(stream) || Ended.IsCompleted;

    public string Describe() =>
        $"statuses {string.Join(',', Statuses.Take(10))} resets {string.Join(',', Resets.Take(10))} goaway {GoneAway} ended {Ended.IsCompleted}";

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReadAsync()
    {
        var head = new byte[HeadLength];
        var payload = new byte[64 * 1024];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(head);
                var length = (head[0] << 16) | (head[1] << 8) | head[2];
                await _stream.ReadExactlyAsync(payload.AsMemory(0, length));
                await TakeAsync(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _ended.TrySetResult();
        }
    }

    private async Task TakeAsync(byte type, byte flags, int stream, ReadOnlyMemory<byte> payload)
    {
        switch (type)
        {
            case Headers:
                Statuses.TryAdd(stream, Http2Header.StatusOf(payload.Span));
                break;
            case Data:
                Interlocked.Add(ref _received, payload.Length);
                break;
            case Reset:
                Resets[stream] = BinaryPrimitives.ReadUInt32BigEndian(payload.Span);
                EndedStreams.TryAdd(stream, 0);
                break;
            case GoAway:
                GoneAway = BinaryPrimitives.ReadUInt32BigEndian(payload.Span[4..]);
                Interlocked.Increment(ref _goAways);
                break;
            case Settings or Ping when (flags & Ack) == 0:
                await SendAsync(Frame(type, Ack, 0, type == Ping ? payload.Span : []));
                break;
        }

        if (type is Headers or Data && (flags & EndStream) != 0)
        {
            EndedStreams.TryAdd(stream, 0);
        }
    }
}
