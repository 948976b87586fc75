using System.Collections.Concurrent;
using System.Net;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// One client for all backends that connect alike: a private connection pool per backend would cost memory and sockets. A client lives as
/// long as a backend or a request holds it. It is never closed: what it leaves are idle connections, which end by themselves after a minute, and the
/// memory goes with the last of them. Nothing can so be closed under a request that has just taken it.
/// Like Kong's default, certificates of https upstreams are not verified unless the backend says so.
/// </summary>
internal sealed class UpstreamClients
{
    /// <summary>A DNS name of an endpoint is resolved anew at least this often.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How much of an answer a stream of an HTTP/2 upstream may hold here while the client does not read, in bytes. It does not grow
    /// (<c>DisableDynamicWindowSizing</c> in the executable's runtime configuration): grown windows of 16 MiB a stream never shrink again.
    /// </summary>
    private const int Http2StreamWindow = 768 * 1024;

    private readonly Func<TimeSpan, HttpMessageInvoker>? _create;
    private readonly UpstreamHandshakes _handshakes;
    private readonly LogName? _log;
    private readonly bool _isTraced;
    private readonly Dictionary<UpstreamClientKey, WeakReference<HttpMessageInvoker>> _clients;
    private readonly ConcurrentDictionary<(TimeSpan Silence, UpstreamProtocol Protocol), ForwarderRequestConfig> _requests;

    /// <param name="create">Makes the client of one connect timeout; null: the real one.</param>
    /// <param name="handshakes">Null: no certificates to show, and nobody who is told of failures.</param>
    /// <param name="isTraced">Whether attempts get spans.</param>
    public UpstreamClients(Func<TimeSpan, HttpMessageInvoker>? create = null, UpstreamHandshakes? handshakes = null, bool isTraced = false)
    {
        _isTraced = isTraced;
        _create = create;
        _handshakes = handshakes ?? new UpstreamHandshakes();
        _clients = [];
        _requests = new();
    }

    private UpstreamClients(UpstreamClients all, LogName log)
    {
        _isTraced = all._isTraced;
        _create = all._create;
        _handshakes = all._handshakes;
        _clients = all._clients;
        _requests = all._requests;
        _log = log;
    }

    /// <summary>How many clients are held by somebody.</summary>
    internal int Count
    {
        get
        {
            lock (_clients)
            {
                return _clients.Values.Count(c => c.TryGetTarget(out _));
            }
        }
    }

    /// <summary>The same clients, for backends of one log: they show that log's certificates.</summary>
    public UpstreamClients For(LogName log) => new(this, log);

    public HttpMessageInvoker Get(Backend backend)
    {
        var key = UpstreamClientKey.Of(backend, _log);
        lock (_clients)
        {
            if (_clients.TryGetValue(key, out var known) && known.TryGetTarget(out var client))
            {
                return client;
            }

            foreach (var (dead, _) in _clients.Where(c => !c.Value.TryGetTarget(out _)).ToList())
            {
                _clients.Remove(dead);
            }

            client = _create?.Invoke(key.ConnectTimeout) ?? Create(key);
            _clients[key] = new WeakReference<HttpMessageInvoker>(client);
            return client;
        }
    }

    public ForwarderRequestConfig GetRequestConfig(Backend backend) => _requests.GetOrAdd((backend.ReadTimeout, backend.Protocol), static key => new ForwarderRequestConfig
    {
        ActivityTimeout = key.Silence,
        Version = IsHttp2(key.Protocol) ? HttpVersion.Version20 : HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    });

    public static string SchemeOf(UpstreamProtocol protocol) => protocol is UpstreamProtocol.Https or UpstreamProtocol.Grpcs ? "https" : "http";

    private static bool IsHttp2(UpstreamProtocol protocol) => protocol is UpstreamProtocol.H2c or UpstreamProtocol.Grpc or UpstreamProtocol.Grpcs;

    private HttpMessageInvoker Create(UpstreamClientKey key)
    {
        if (key.Tls.ClientCertificate is null)
        {
            return Create(key, new UpstreamConnector(_handshakes.With(null, key.Tls)));
        }

        var handshakes = _handshakes;
        return new HttpMessageInvoker(new CertifiedHandler(
            () => handshakes.CertificateOf(key.Log, key.Tls), certificate => Create(key, new UpstreamConnector(handshakes.With(certificate, key.Tls)))));
    }

    private HttpMessageInvoker Create(UpstreamClientKey key, UpstreamConnector connector)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            // Bound by this handler: backends that share an endpoint and all other settings share its connections, too.
            MaxConnectionsPerServer = key.MaxConnections == 0 ? int.MaxValue : key.MaxConnections,
            EnableMultipleHttp2Connections = key.MaxConnections == 0,
            InitialHttp2StreamWindowSize = Http2StreamWindow,
            ConnectTimeout = key.ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            ActivityHeadersPropagator = null,
            ConnectCallback = connector.ConnectAsync,
        };
        return new HttpMessageInvoker(new SingleSendHandler(new FlushingHandler(_isTraced ? new TracingHandler(handler) : handler)), disposeHandler: true);
    }
}
