using System.Net;
using EventGateway.Proxy.Streams;
using EventGateway.Proxy.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Opens the gateway's ports on Kestrel, and sets the limits: those a user may set, and none where the upstreams decide. What a connection
/// passes, port by port:
/// <code>
/// http     gate, HTTP/1.1 or HTTP/2 by its first bytes; HTTP/2: the notice of a drain
/// https    gate, TLS, HTTP/1.1 or HTTP/2 by ALPN; HTTP/2: the notice of a drain
/// stream   gate, StreamConnections
/// status   a mark, HTTP/1.1
/// </code>
/// </summary>
internal sealed class GatewayListeners(ProxyOptions options, TlsEntrance tls, TimeProvider time, IServiceProvider services) : IPostConfigureOptions<KestrelServerOptions>
{
    /// <summary>How far beyond its limit a target is still read, so that the answer can be the gateway's.</summary>
    private const int UriSlack = 32 * 1024;

    public void PostConfigure(string? name, KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        SetLimits(kestrel.Limits);
        var gate = ActivatorUtilities.CreateInstance<ConnectionGate>(services);
        var notice = new DrainNotice(services.GetRequiredService<DrainState>());
        Listen(kestrel, options.HttpPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            Use(listen, gate.InvokeAsync);
            Use(listen, new PriorKnowledge(options.Limits.KeepAliveTimeout, time, notice).InvokeAsync);
        });
        Listen(kestrel, options.HttpsPort, listen =>
        {
            listen.Protocols = options.Http3 ? HttpProtocols.Http1AndHttp2AndHttp3 : HttpProtocols.Http1AndHttp2;
            Use(listen, gate.InvokeAsync);
            tls.Use(listen);
            Use(listen, notice.InvokeAsync);
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
        foreach (var port in options.StreamPorts)
        {
            var streams = services.GetRequiredService<StreamConnections>();
            Listen(kestrel, port, listen =>
            {
                Use(listen, gate.InvokeAsync);
                listen.Run(connection => streams.ServeAsync(connection, port));
            });
        }
    }

    private void SetLimits(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = options.Limits.BodyBytes > 0 ? options.Limits.BodyBytes : null;
        limits.MaxRequestHeadersTotalSize = options.Limits.HeaderBytes;
        limits.MaxRequestLineSize = options.Limits.UriBytes + UriSlack;
        limits.MaxRequestBufferSize = Math.Max(limits.MaxRequestBufferSize ?? 0, Math.Max(options.Limits.HeaderBytes, options.Limits.UriBytes + UriSlack));
        limits.RequestHeadersTimeout = options.Limits.HeaderTimeout;
        limits.KeepAliveTimeout = options.Limits.KeepAliveTimeout;
        limits.Http2.MaxStreamsPerConnection = options.Limits.Http2Streams;
        limits.Http2.MaxRequestHeaderFieldSize = options.Limits.HeaderBytes;

        // A stream may be silent for as long as the backend's read timeout allows; that is the limit for bodies.
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }

    private static void Use(ListenOptions listen, Func<ConnectionContext, ConnectionDelegate, Task> step) => listen.Use(next => connection => step(connection, next));

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
