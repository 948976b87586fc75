using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Upstreams;

/// <summary>A backend's TLS settings, read once.</summary>
internal sealed class UpstreamTlsSettings
{
    private readonly UpstreamTls _tls;
    private readonly X509ChainPolicy _policy;

    /// <param name="tls">Without a fault.</param>
    public UpstreamTlsSettings(UpstreamTls tls)
    {
        _tls = tls;
        _policy = CaBundle.Policy(tls.CaPem.Length == 0 ? null : CaBundle.Read(tls.CaPem, out _));
    }

    /// <summary>Why a backend's CAs cannot be used; null: they can.</summary>
    public static string? FaultOf(Backend backend)
    {
        if (backend.Tls is not { CaPem.Length: > 0 } tls)
        {
            return null;
        }

        _ = CaBundle.Read(tls.CaPem, out var fault);
        return fault is null ? null : $"tls.caPem: {fault}";
    }

    /// <summary>The name to ask for and to verify.</summary>
    /// <param name="host">The Host sent upstream, or the name a client asked for; null or empty: the endpoint's own.</param>
    /// <param name="endpoint">Name or address of the endpoint.</param>
    public string NameFor(string? host, string endpoint) => _tls.ServerName.Length > 0 ? _tls.ServerName : NameOf(host) is { Length: > 0 } name ? name : endpoint;

    /// <param name="protocols">Null: none are named.</param>
    /// <param name="certificate">Null: none is shown.</param>
    /// <param name="onFault">Called in the handshake when the endpoint's certificate is not accepted.</param>
    public SslClientAuthenticationOptions OptionsFor(string name, List<SslApplicationProtocol>? protocols, ServedCertificate? certificate, Action<string> onFault) => new()
    {
        TargetHost = name,
        ApplicationProtocols = protocols,
        ClientCertificateContext = certificate?.Context,
        CertificateChainPolicy = _policy,

        // A session that was begun without verification must not stand in for one.
        AllowTlsResume = !_tls.Verify,
        RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
        {
            if (!_tls.Verify || PeerFault.Of(shown, chain, errors, _tls.VerifyDepth) is not { } fault)
            {
                return true;
            }

            onFault(fault);
            return false;
        },
    };

    private static ReadOnlySpan<char> HostOf(string host) => host.StartsWith('[') && host.IndexOf(']') is > 0 and var end
        ? host.AsSpan(1, end - 1)
        : host.IndexOf(':') is >= 0 and var colon ? host.AsSpan(0, colon) : host;

    private static string NameOf(string? host) => host is null ? "" : HostOf(host).ToString();
}
