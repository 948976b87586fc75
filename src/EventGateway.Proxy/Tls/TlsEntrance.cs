using System.Collections.Frozen;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// A client's handshake:
/// <code>
/// 1. peek at the hello: the server name, which keys the client takes    none in time -> close
/// 2. the server name's certificates, of them the first that the client takes
/// 3. the demand in force for the name: the client's certificate is verified in the handshake
/// </code>
/// Everything is read anew for each handshake; connections that are open keep what they have.
/// </summary>
internal sealed class TlsEntrance(CertificateTable certificates, ClientValidationTable demands, TlsOptions options, TimeProvider time)
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly ClientHelloPeek _peek = new(SpokenOf(options), HandshakeTimeout, time);

    public void Use(ListenOptions listen)
    {
        // What cannot be read is left to the handshake, which says to the client what is wrong with it.
        listen.Use(next => async connection =>
        {
            if (await PeekAsync(connection) != ClientHelloState.Incomplete)
            {
                await next(connection);
            }
        });
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = context => ValueTask.FromResult(Choose(NameOf(context), context.Connection.Features)),
        });
    }

    /// <summary>Looks at the client's hello and leaves it where it is; one that was read becomes a feature of the connection.</summary>
    /// <returns><see cref="ClientHelloState.Incomplete"/>: the client took longer than a handshake may take, or left.</returns>
    public ValueTask<ClientHelloState> PeekAsync(ConnectionContext connection) => _peek.LookAsync(connection);

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

    // The platform reads no name out of a hello in several records, and turns names into Unicode, which certificates and routes do not hold.
    private static string? NameOf(TlsHandshakeCallbackContext context) => context.Connection.Features.Get<ClientHello>()?.ServerName ?? context.ClientHelloInfo.ServerName;

    private static Func<TlsCipherSuite, bool> SpokenOf(TlsOptions options) =>
        options.Ciphers.IsDefaultOrEmpty ? static _ => true : options.Ciphers.ToFrozenSet().Contains;
}
