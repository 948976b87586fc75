using EventGateway.Core.Log;

namespace EventGateway.Proxy.Tls;

/// <summary>What answers for a server name.</summary>
/// <param name="Certificates">Null: no log has any for it.</param>
/// <param name="IsByDefault">Whether it is the one for names that nobody names.</param>
internal readonly record struct NameMatch(NamedCertificates? Certificates, bool IsByDefault)
{
    /// <summary>The log whose certificate names it; null: nobody owns the name.</summary>
    public LogName? Owner => IsByDefault ? null : Certificates?.Owner;

    /// <summary>The log whose certificate is served because nothing else fits; null: another one is, or none.</summary>
    public LogName? Host => IsByDefault ? Certificates?.Owner : null;
}
