using System.Net;
using System.Net.Sockets;
using System.Text;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>A TCP connection to a proxy's HTTP port, for what a client library would hide: who sends what, and when.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client = new();
    private readonly StringBuilder _received = new();

    public static async Task<RawConnection> OpenAsync(GatewayProcess proxy)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(IPAddress.Loopback, proxy.HttpPort);
        return connection;
    }

    public async Task WriteAsync(string text) => await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    public Task WriteChunkAsync(string text) => WriteAsync($"{text.Length:x}\r\n{text}\r\n");

    /// <summary>Reads on until a text has come.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        var buffer = new byte[4096];
        while (!_received.ToString().Contains(text, StringComparison.Ordinal))
        {
            try
            {
                var count = await _client.GetStream().ReadAsync(buffer, deadline.Token);
                Assert.True(count > 0, $"Waited for '{text}', and the connection was closed after:\n{_received}");
                _received.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                Assert.Fail($"Waited {Deadline} for '{text}'. Came:\n{_received}");
            }
        }

        return _received.ToString();
    }

    public void Dispose() => _client.Dispose();
}
