using System.Net;
using EventGateway.Proxy.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace EventGateway.Proxy.Pipeline;

/// <summary>Opens the gateway's ports on Kestrel, and takes off the limits that a proxy must leave to the upstreams.</summary>
internal sealed class GatewayListeners(ProxyOptions options, TlsEntrance tls) : IPostConfigureOptions<KestrelServerOptions>
{
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
            tls.Use(listen);
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
