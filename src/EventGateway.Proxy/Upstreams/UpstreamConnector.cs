using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// Makes the connections of one client. The handshake is done here and not by the HTTP client, which would take the server name from the
/// Host header whatever the backend says, and could not say why it failed.
/// </summary>
/// <param name="showsCertificate">Whether the endpoints are to be shown one.</param>
/// <param name="certificate">The one to show.</param>
/// <param name="faults">Null: nobody is told.</param>
internal sealed class UpstreamConnector(UpstreamTlsSettings settings, bool showsCertificate, ServedCertificate? certificate, UpstreamTlsFaults? faults)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var request = context.InitialRequestMessage;
        if (request.RequestUri?.Scheme != Uri.UriSchemeHttps)
        {
            return await OpenAsync(context, cancellationToken);
        }

        var endpoint = string.Create(CultureInfo.InvariantCulture, $"{context.DnsEndPoint.Host}:{context.DnsEndPoint.Port}");
        var name = settings.NameFor(request.Headers.Host, context.DnsEndPoint.Host);
        if (showsCertificate && certificate is null)
        {
            throw Fault(endpoint, name, PeerFault.NoClientCertificate, "the certificate to show is not in use; see the refused records", null);
        }

        return await HandshakeAsync(await OpenAsync(context, cancellationToken), endpoint, name, request.Version.Major == 2, cancellationToken);
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

    private async Task<Stream> HandshakeAsync(Stream connection, string endpoint, string name, bool isHttp2, CancellationToken cancellationToken)
    {
        string? refused = null;
        var tls = new SslStream(connection, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(settings.OptionsFor(name, isHttp2, certificate, fault => refused = fault), cancellationToken);
            return tls;
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (e is AuthenticationException or IOException)
            {
                throw Fault(endpoint, name, refused ?? PeerFault.Handshake, e.InnerException?.Message ?? e.Message, e);
            }

            throw;
        }
    }

    private AuthenticationException Fault(string endpoint, string name, string reason, string detail, Exception? inner)
    {
        faults?.Report(endpoint, name, reason, detail);
        return new AuthenticationException($"No TLS to {endpoint}, asked for as '{name}': {reason}", inner);
    }
}
