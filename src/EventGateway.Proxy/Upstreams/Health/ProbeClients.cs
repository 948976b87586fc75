using System.Collections.Concurrent;
using System.Net;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>Connections of probes alone: a probe must not pass because live traffic holds a connection open, nor take one from it.</summary>
internal sealed class ProbeClients(UpstreamHandshakes handshakes) : IDisposable
{
    /// <summary>No connection is used twice. Zero would say the same, but then what is known of endpoints that are gone is never thrown away.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ProbeTls, HttpMessageInvoker> _clients = new();

    public HttpMessageInvoker Get(ProbeTls tls) => _clients.GetOrAdd(tls, Create);

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    private HttpMessageInvoker Create(ProbeTls tls) => new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            PooledConnectionLifetime = Lifetime,
            PooledConnectionIdleTimeout = IdleTimeout,
            ActivityHeadersPropagator = null,
            ConnectCallback = (context, cancellationToken) => new UpstreamConnector(handshakes.Now(tls.Log, tls.Settings)).ConnectAsync(context, cancellationToken),
        },
        disposeHandler: true);
}
