using System.Collections.Concurrent;
using System.Net;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>Connections of probes alone: a probe must not pass because live traffic holds a connection open, nor take one from it.</summary>
internal sealed class ProbeClients : IDisposable
{
    /// <summary>Shorter than most intervals, so that a probe connects anew.</summary>
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

    private static HttpMessageInvoker Create(ProbeTls tls) => new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            PooledConnectionIdleTimeout = IdleTimeout,
            ActivityHeadersPropagator = null,
            SslOptions = tls.ToOptions(),
        },
        disposeHandler: true);
}
