using System.Collections.Frozen;
using System.Net.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// A client's handshake:
/// <code>
/// 1. peek at the hello: which keys the client takes
/// 2. the server name's certificates, of them the first that the client takes
/// 3. the demand in force for the name: the client's certificate is verified in the handshake
/// </code>
/// Everything is read anew for each handshake; connections that are open keep what they have.
/// </summary>
internal sealed class TlsEntrance(CertificateTable certificates, ClientValidationTable demands, TlsOptions options, TimeProvider time)
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly FrozenSet<TlsCipherSuite>? _spoken = options.Ciphers.IsDefaultOrEmpty ? null : options.Ciphers.ToFrozenSet();

    public void Use(ListenOptions listen)
    {
        var peek = new ClientHelloPeek(IsSpoken, HandshakeTimeout, time);
        listen.Use(peek.Before);
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = context => ValueTask.FromResult(Choose(context.ClientHelloInfo.ServerName, context.Connection.Features)),
        });
    }

    /// <param name="serverName">As the client sent it; null or empty: it sent none.</param>
    /// <param name="connection">Holds the <see cref="ClientHello"/>, if it was read, and gets the <see cref="ClientConnection"/>.</param>
    public SslServerAuthenticationOptions Choose(string? serverName, IFeatureCollection connection)
    {
        var match = certificates.Find(serverName);
        var certificate = certificates.Select(match, connection.Get<ClientHello>());
        if (demands.InForce(serverName, match) is not { } demand)
        {
            return certificate.HandshakeOptions;
        }

        connection.Set(new ClientConnection(demand));
        return demand.OptionsFor(certificate);
    }

    private bool IsSpoken(TlsCipherSuite suite) => _spoken?.Contains(suite) ?? true;
}
