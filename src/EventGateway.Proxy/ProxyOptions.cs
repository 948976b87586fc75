using System.Collections.Immutable;
using System.Net;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Tls;
using EventGateway.Proxy.Pipeline;

namespace EventGateway.Proxy;

/// <summary>What a proxy is told at its start.</summary>
public sealed class ProxyOptions
{
    /// <summary>Plain http. 0: any free port; null: none. Default 8000.</summary>
    public int? HttpPort { get; init; } = 8000;

    /// <summary>Https with the certificates of the logs. 0: any free port; null: none. Default 8443.</summary>
    public int? HttpsPort { get; init; } = 8443;

    /// <summary>Ports for stream routes: tcp, tls and tls_passthrough. Default none.</summary>
    public ImmutableArray<int> StreamPorts { get; init; } = [];

    /// <summary>Whether the https port also answers HTTP/3, over UDP. Default false; needs msquic.</summary>
    public bool Http3 { get; init; }

    /// <summary>Whose word about the client is taken. Default: nobody's.</summary>
    public ClientTrust Trust { get; init; } = ClientTrust.Nobody;

    /// <summary>What a client may send before it is refused.</summary>
    public ClientLimits Limits { get; init; } = new();

    /// <summary>Health, readiness, metrics and status. 0: any free port; null: none. Default 8100.</summary>
    public int? StatusPort { get; init; } = 8100;

    /// <summary>Address all ports are opened on. Null: every one of this machine (the default).</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>
    /// Where a line per request goes: a file, <c>-</c> for standard output, or <c>off</c> (the default: a proxy in front of everything
    /// should not fill a disk unasked). Off costs nothing.
    /// </summary>
    public string AccessLog { get; init; } = "off";

    /// <summary>Whether <c>eventgateway_requests_total</c> carries the route. Default false: every route is a series more.</summary>
    public bool MetricsPerRoute { get; init; }

    /// <summary>
    /// Whether requests get spans and upstreams their trace context. Default false: the client's own headers pass untouched, and nothing is
    /// spent. True has an effect only while somebody listens to <see cref="Telemetry.GatewaySpans"/>.
    /// </summary>
    public bool IsTraced { get; init; }

    /// <summary>How TLS is spoken with clients.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>Opens the private keys in the logs. Null: certificates are refused by name.</summary>
    public KeyRing? KeyRing { get; init; }

    /// <summary>This process in <c>/status</c>. Default: the machine's name.</summary>
    public string Id { get; init; } = Environment.MachineName;

    /// <summary>The role in <c>/status</c>. Default <c>proxy</c>.</summary>
    public string Role { get; init; } = "proxy";
}
