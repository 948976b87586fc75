using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>An upstream that does with each request what a script says: answer, break off, hang, reset.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, NetworkStream, CancellationToken, Task<bool>> _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _connections;

    /// <param name="script">Gets a request's head and the connection; false: hang up.</param>
    public ScriptedUpstream(Func<string, NetworkStream, CancellationToken, Task<bool>> script)
    {
        _script = script;
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Heads { get; } = new();

    public int Connections => Volatile.Read(ref _connections);

    public static ScriptedUpstream Answering(string answer = Ok, bool keepAlive = true) => new(async (head, stream, token) =>
    {
        await ReadBodyAsync(head, stream, token);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), token);
        return keepAlive;
    });

    /// <summary>Takes the whole request, and hangs up.</summary>
    public static ScriptedUpstream Breaking() => new(async (head, stream, token) =>
    {
        await ReadBodyAsync(head, stream, token);
        return false;
    });

    /// <summary>Takes the whole request, and resets the connection.</summary>
    public static ScriptedUpstream Resetting() => new(async (head, stream, token) =>
    {
        await ReadBodyAsync(head, stream, token);
        stream.Socket.LingerState = new LingerOption(true, 0);
        return false;
    });

    public static ScriptedUpstream Silent() => new(async (_, _, token) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        return false;
    });

    public static async Task<byte[]> ReadBodyAsync(string head, NetworkStream stream, CancellationToken token)
    {
        var length = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[length is null ? 0 : int.Parse(length[15..], System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, token);
        return body;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                connections.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        var stream = client.GetStream();
        try
        {
            while (await ReadHeadAsync(stream) is { } head)
            {
                Heads.Enqueue(head);
                if (!await _script(head, stream, _stop.Token))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The test is over, or the gateway hung up.
        }
    }

    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
