using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Model;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// One client for all backends that connect alike: a private connection pool per backend would cost memory and sockets. Clients live
/// as long as the process, as requests may hold them. Like Kong's default, certificates of https upstreams are not verified.
/// </summary>
/// <param name="create">Makes the client of one connect timeout; null: the real one.</param>
internal sealed class UpstreamClients(Func<TimeSpan, HttpMessageInvoker>? create = null)
{
    /// <summary>A DNS name of an endpoint is resolved anew at least this often.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly Func<TimeSpan, HttpMessageInvoker> _create = create ?? Create;
    private readonly ConcurrentDictionary<TimeSpan, HttpMessageInvoker> _clients = new();
    private readonly ConcurrentDictionary<(TimeSpan Silence, UpstreamProtocol Protocol), ForwarderRequestConfig> _requests = new();

    public HttpMessageInvoker Get(Backend backend) => _clients.GetOrAdd(backend.ConnectTimeout, _create);

    public ForwarderRequestConfig GetRequestConfig(Backend backend) => _requests.GetOrAdd((backend.ReadTimeout, backend.Protocol), static key => new ForwarderRequestConfig
    {
        ActivityTimeout = key.Silence,
        Version = IsHttp2(key.Protocol) ? HttpVersion.Version20 : HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    });

    public static string SchemeOf(UpstreamProtocol protocol) => protocol is UpstreamProtocol.Https or UpstreamProtocol.Grpcs ? "https" : "http";

    private static bool IsHttp2(UpstreamProtocol protocol) => protocol is UpstreamProtocol.H2c or UpstreamProtocol.Grpc or UpstreamProtocol.Grpcs;

    private static HttpMessageInvoker Create(TimeSpan connectTimeout)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = connectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            ActivityHeadersPropagator = null,
#pragma warning disable CA5359 // Kong's default (tls_verify off); verification comes with CA bundles per backend.
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,

                // A certificate may name an address to fetch its issuer from, and the runtime would wait for that on the thread of the handshake.
                CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
            },
#pragma warning restore CA5359
        };
        return new HttpMessageInvoker(new FlushingHandler(handler), disposeHandler: true);
    }
}
