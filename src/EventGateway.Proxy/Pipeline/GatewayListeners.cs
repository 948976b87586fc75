using System.Net;
using EventGateway.Proxy.Tls;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace EventGateway.Proxy.Pipeline;

/// <summary>Opens the gateway's ports on Kestrel, and takes off the limits that a proxy must leave to the upstreams.</summary>
internal sealed class GatewayListeners(ProxyOptions options, CertificateTable certificates) : IPostConfigureOptions<KestrelServerOptions>
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    public void PostConfigure(string? name, KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;

        // A stream may be silent for as long as the backend's read timeout allows; that is the limit for bodies.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        Listen(kestrel, options.HttpPort, static listen => listen.Protocols = HttpProtocols.Http1);
        Listen(kestrel, options.HttpsPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = HandshakeTimeout,
                OnConnection = context => ValueTask.FromResult(certificates.Select(context.ClientHelloInfo.ServerName).HandshakeOptions),
            });
        });
        Listen(kestrel, options.StatusPort, static listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Features.Set(StatusConnection.Instance);
                return next(connection);
            });
        });
    }

    private void Listen(KestrelServerOptions kestrel, int? port, Action<ListenOptions> configure)
    {
        if (port is not { } number)
        {
            return;
        }

        if (options.Bind is { } address)
        {
            kestrel.Listen(new IPEndPoint(address, number), configure);
        }
        else if (number == 0)
        {
            kestrel.Listen(new IPEndPoint(IPAddress.IPv6Any, 0), configure);
        }
        else
        {
            kestrel.ListenAnyIP(number, configure);
        }
    }
}
