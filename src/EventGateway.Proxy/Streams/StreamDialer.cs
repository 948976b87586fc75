using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams;

namespace EventGateway.Proxy.Streams;

/// <summary>Opens a connection to an endpoint, with TLS where the backend asks for it.</summary>
internal static class StreamDialer
{
    /// <summary>Null: it did not work; another endpoint may be tried.</summary>
    /// <param name="serverName">The client's; empty: it named none.</param>
    public static async Task<StreamSide?> TryConnectAsync(EndpointState endpoint, Backend backend, string serverName, TimeProvider time)
    {
        using var timeout = new CancellationTokenSource(backend.ConnectTimeout, time);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            var address = AddressOf(endpoint.Id);
            await socket.ConnectAsync(address, timeout.Token);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (UpstreamClients.SchemeOf(backend.Protocol) == Uri.UriSchemeHttps)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(OptionsOf(backend.Tls, serverName, address), timeout.Token);
            }

            return new StreamSide(stream, socket);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException or CryptographicException or ArgumentException)
        {
            socket.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            return null;
        }
    }

    private static EndPoint AddressOf(string id)
    {
        if (IPEndPoint.TryParse(id, out var address))
        {
            return address;
        }

        var colon = id.LastIndexOf(':');
        return new DnsEndPoint(id[..colon], int.Parse(id.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static SslClientAuthenticationOptions OptionsOf(UpstreamTls? tls, string serverName, EndPoint address)
    {
        var named = tls is { ServerName.Length: > 0 } ? tls.ServerName : serverName;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = named.Length > 0 ? named : address is DnsEndPoint dns ? dns.Host : ((IPEndPoint)address).Address.ToString(),
        };
        if (tls is not { Verify: true })
        {
#pragma warning disable CA5359 // Kong's default: tls_verify is off.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (tls.CaPem.Length > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPem(tls.CaPem);
        }

        return options;
    }
}
