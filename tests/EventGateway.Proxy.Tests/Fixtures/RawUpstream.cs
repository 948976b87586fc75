using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>An upstream that keeps each request's head as the bytes that came, and answers what it is told.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string? _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="answer">Null: never answers.</param>
    public RawUpstream(string? answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    {
        _answer = answer;
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Heads { get; } = new();

    public string RequestLine => Heads.Last().Split("\r\n")[0];

    /// <summary>Null: the header was not sent.</summary>
    public string? Header(string name) => Heads.Last().Split("\r\n").FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

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
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
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
        var received = "";
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, _stop.Token) is > 0 and var count)
            {
                received += Encoding.Latin1.GetString(buffer, 0, count);
                while (received.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end)
                {
                    Heads.Enqueue(received[..end]);
                    received = received[(end + 4)..];
                    if (_answer is not null)
                    {
                        await stream.WriteAsync(Encoding.Latin1.GetBytes(_answer), _stop.Token);
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The test is over, or the gateway hung up.
        }
    }
}
