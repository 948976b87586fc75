using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// Makes the connections of one client. The handshake is done here and not by the HTTP client, which would take the server name from the
/// Host header whatever the backend says, and could not say why it failed.
/// </summary>
internal sealed class UpstreamConnector(UpstreamHandshake handshake)
{
    private static readonly List<SslApplicationProtocol> Http2 = [SslApplicationProtocol.Http2];
    private static readonly List<SslApplicationProtocol> Http11 = [SslApplicationProtocol.Http11];

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var request = context.InitialRequestMessage;
        if (request.RequestUri?.Scheme != Uri.UriSchemeHttps)
        {
            return await OpenAsync(context, cancellationToken);
        }

        var endpoint = string.Create(CultureInfo.InvariantCulture, $"{context.DnsEndPoint.Host}:{context.DnsEndPoint.Port}");
        var name = handshake.NameFor(request.Headers.Host, context.DnsEndPoint.Host);
        handshake.EnsureCertificate(endpoint, name);
        return await handshake.RunAsync(await OpenAsync(context, cancellationToken), endpoint, name, request.Version.Major == 2 ? Http2 : Http11, cancellationToken);
    }

    private static async Task<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
