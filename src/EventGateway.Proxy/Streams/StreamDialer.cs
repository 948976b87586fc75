using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams;

namespace EventGateway.Proxy.Streams;

/// <summary>Opens a connection to an endpoint, with TLS where the backend asks for it.</summary>
internal sealed class StreamDialer(UpstreamHandshakes handshakes, TimeProvider time)
{
    private static readonly UpstreamTls DefaultTls = new();

    /// <summary>Null: it did not work; another endpoint may be tried.</summary>
    /// <param name="log">The backend's.</param>
    /// <param name="serverName">The client's; empty: it named none.</param>
    public async Task<StreamSide?> TryConnectAsync(LogName log, Backend backend, EndpointState endpoint, string serverName)
    {
        using var timeout = new CancellationTokenSource(backend.ConnectTimeout, time);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var address = AddressOf(endpoint.Id);
            if (UpstreamClients.SchemeOf(backend.Protocol) != Uri.UriSchemeHttps)
            {
                await socket.ConnectAsync(address, timeout.Token);
                return new StreamSide(new NetworkStream(socket, ownsSocket: true), socket);
            }

            var handshake = handshakes.Now(log, backend.Tls ?? DefaultTls);
            var name = handshake.NameFor(serverName, HostOf(address));
            handshake.EnsureCertificate(endpoint.Id, name);
            await socket.ConnectAsync(address, timeout.Token);

            // Without a list of protocols: what is spoken inside is between client and upstream.
            var tls = await handshake.RunAsync(new NetworkStream(socket, ownsSocket: true), endpoint.Id, name, protocols: null, timeout.Token);
            return new StreamSide(tls, socket);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException or ArgumentException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static string HostOf(EndPoint address) => address is DnsEndPoint dns ? dns.Host : ((IPEndPoint)address).Address.ToString();

    private static EndPoint AddressOf(string id)
    {
        if (IPEndPoint.TryParse(id, out var address))
        {
            return address;
        }

        var colon = id.LastIndexOf(':');
        return new DnsEndPoint(id[..colon], int.Parse(id.AsSpan(colon + 1), CultureInfo.InvariantCulture));
    }
}
