using System.Runtime.CompilerServices;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Upstreams;

/// <summary>Makes what speaks TLS with backends. A backend's CAs are read once for as long as its record lives.</summary>
/// <param name="certificates">What backends show to their endpoints; null: there are none.</param>
/// <param name="faults">Is told of failed handshakes; null: nobody is.</param>
internal sealed class UpstreamHandshakes(CertificateTable? certificates = null, UpstreamTlsFaults? faults = null)
{
    private readonly ConditionalWeakTable<UpstreamTls, UpstreamTlsSettings> _settings = [];

    /// <summary>What the backend shows now; null: nothing, or what it should show is not there.</summary>
    /// <param name="log">The backend's; null: it shows nothing.</param>
    public ServedCertificate? CertificateOf(LogName? log, UpstreamTls tls) =>
        log is { } name && tls.ClientCertificate is { } key ? certificates?.Find(name, key) : null;

    public UpstreamHandshake With(ServedCertificate? certificate, UpstreamTls tls) =>
        new(_settings.GetValue(tls, static t => new UpstreamTlsSettings(t)), tls.ClientCertificate is not null, certificate, faults);

    /// <summary>With the certificate that is in use now.</summary>
    public UpstreamHandshake Now(LogName? log, UpstreamTls tls) => With(CertificateOf(log, tls), tls);
}
