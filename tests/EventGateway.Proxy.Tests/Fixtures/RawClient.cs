using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>A client that sends exactly the bytes it is told to.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly StringBuilder _received = new();

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(IPAddress.Loopback, port);
        client._stream = client._client.GetStream();
        return client;
    }

    /// <summary>The status line and headers of the answer to one request, and what came with them.</summary>
    public static async Task<string> ExchangeAsync(int port, string request)
    {
        await using var client = await ConnectAsync(port);
        await client.SendAsync(request);
        return await client.ReadToEndAsync();
    }

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads until the text was received, and returns everything so far.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        using var timeout = new CancellationTokenSource(Deadline);
        try
        {
            while (!_received.ToString().Contains(text, StringComparison.Ordinal))
            {
                if (!await ReadSomeAsync(timeout.Token))
                {
                    throw new EndOfStreamException($"The connection ended before '{text}' came; received: {_received}");
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"'{text}' did not come; received: {_received}");
        }

        return _received.ToString();
    }

    public async Task<string> ReadToEndAsync()
    {
        using var timeout = new CancellationTokenSource(Deadline);
        while (await ReadSomeAsync(timeout.Token))
        {
        }

        return _received.ToString();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> ReadSomeAsync(CancellationToken cancellationToken)
    {
        var count = await _stream.ReadAsync(_buffer, cancellationToken);
        _received.Append(Encoding.Latin1.GetString(_buffer, 0, count));
        return count > 0;
    }
}
