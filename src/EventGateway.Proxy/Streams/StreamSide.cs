using System.Net.Security;
using System.Net.Sockets;

namespace EventGateway.Proxy.Streams;

/// <summary>One of the two ends of a connection that is carried through.</summary>
/// <param name="stream">What it says and is told, behind TLS if there is any.</param>
/// <param name="socket">Where that goes over.</param>
internal sealed class StreamSide(Stream stream, Socket socket) : IAsyncDisposable
{
    public Stream Stream { get; } = stream;

    /// <summary>Says that no more will come, while the other direction goes on.</summary>
    public async Task EndAsync()
    {
        try
        {
            if (Stream is SslStream tls)
            {
                await tls.ShutdownAsync();
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer has left for good. All it was sent is sent.
        }
    }

    /// <summary>The peer is told that it broke off, not that it ended.</summary>
    public void Break()
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
