using System.Net.Security;
using System.Security.Authentication;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// Speaks TLS with the endpoints of one backend as its config says: server name, CAs, depth, and the certificate it shows. The same for requests,
/// connections of stream ports, and probes.
/// </summary>
/// <param name="showsCertificate">Whether the endpoints are to be shown one.</param>
/// <param name="certificate">The one to show.</param>
/// <param name="faults">Null: nobody is told.</param>
internal sealed class UpstreamHandshake(UpstreamTlsSettings settings, bool showsCertificate, ServedCertificate? certificate, UpstreamTlsFaults? faults)
{
    /// <summary>The name to ask for and to verify.</summary>
    /// <param name="host">Whom the client wants to speak to; null or empty: the endpoint itself.</param>
    /// <param name="endpoint">Name or address of the endpoint.</param>
    public string NameFor(string? host, string endpoint) => settings.NameFor(host, endpoint);

    /// <summary>To be called before a connection is opened.</summary>
    /// <exception cref="AuthenticationException">A certificate is to be shown, and there is none.</exception>
    public void EnsureCertificate(string endpoint, string name)
    {
        if (showsCertificate && certificate is null)
        {
            throw Fault(endpoint, name, PeerFault.NoClientCertificate, "the certificate to show is not in use; see the refused records", null);
        }
    }

    /// <param name="connection">Closed when this fails.</param>
    /// <param name="endpoint"><c>address:port</c>, for people.</param>
    /// <param name="protocols">What may be spoken inside; null: that is not the gateway's business.</param>
    /// <exception cref="AuthenticationException">The two did not agree, or the endpoint's certificate is not accepted.</exception>
    public async Task<SslStream> RunAsync(Stream connection, string endpoint, string name, List<SslApplicationProtocol>? protocols, CancellationToken cancellationToken)
    {
        string? refused = null;
        var tls = new SslStream(connection, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(settings.OptionsFor(name, protocols, certificate, fault => refused = fault), cancellationToken);
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
