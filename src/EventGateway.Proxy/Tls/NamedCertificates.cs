using EventGateway.Core.Log;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// What one server name is served with: of the log that owns the name, the first certificate of each kind of key. Another log never adds
/// a key to a name it does not own.
/// </summary>
internal sealed class NamedCertificates
{
    private readonly CertificateState[] _byPreference;

    /// <param name="claims">All that claim the name, in the order of <see cref="CertificateState.Compare"/>; at least one.</param>
    public NamedCertificates(List<CertificateState> claims)
    {
        Owner = claims[0].Log;
        _byPreference = [.. claims.Where(c => c.Log == Owner).DistinctBy(c => c.Served.Kind).OrderBy(c => c.Served.Kind)];
    }

    public LogName Owner { get; }

    /// <param name="hello">Null: it could not be read.</param>
    public ServedCertificate Choose(ClientHello? hello)
    {
        if (hello is not null && _byPreference.Length > 1)
        {
            foreach (var certificate in _byPreference)
            {
                if (hello.Accepts(certificate.Served))
                {
                    return certificate.Served;
                }
            }
        }

        return _byPreference[0].Served;
    }

    /// <summary>Why the certificate does not serve the name: what does; null: it does.</summary>
    public CertificateState? WinnerOver(CertificateState certificate) =>
        _byPreference.Contains(certificate) ? null : _byPreference.FirstOrDefault(c => c.Served.Kind == certificate.Served.Kind) ?? _byPreference[0];
}
