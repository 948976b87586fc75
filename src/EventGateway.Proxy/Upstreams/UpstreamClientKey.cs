using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>All that makes a difference to how a backend's connections are made. Backends with equal keys share them.</summary>
/// <param name="Log">Whose certificate is shown; null: none is.</param>
/// <param name="Alone">The backend, where it has a bound of its own; null: it may share.</param>
internal sealed record UpstreamClientKey(TimeSpan ConnectTimeout, UpstreamTls Tls, LogName? Log, int MaxConnections, EntityKey? Alone)
{
    private static readonly UpstreamTls DefaultTls = new();

    public static UpstreamClientKey Of(Backend backend, LogName? log)
    {
        var tls = UpstreamClients.SchemeOf(backend.Protocol) == "https" ? backend.Tls ?? DefaultTls : DefaultTls;
        var bound = backend.Circuit?.MaxConnectionsPerEndpoint ?? 0;
        return new UpstreamClientKey(backend.ConnectTimeout, tls, tls.ClientCertificate is null && bound == 0 ? null : log, bound, bound == 0 ? null : backend.Key);
    }
}
