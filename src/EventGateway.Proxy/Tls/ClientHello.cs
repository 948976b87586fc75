using System.Net.Security;

namespace EventGateway.Proxy.Tls;

/// <summary>Whom a client wants to speak to, and what it can do as far as that decides which key it is shown. A feature of its connection.</summary>
internal sealed class ClientHello
{
    /// <summary>In lower case, without trailing dot; empty: it named none.</summary>
    public string ServerName { get; set; } = "";

    /// <summary>Whether TLS 1.3 is among the versions offered.</summary>
    public bool OffersTls13 { get; set; }

    /// <summary>Null: it named none, as old clients do.</summary>
    public SignatureSchemes? Schemes { get; set; }

    /// <summary>Suites of TLS 1.2 for ECDSA keys.</summary>
    public bool HasEcdsaSuite { get; set; }

    /// <summary>Suites of TLS 1.2 for RSA keys.</summary>
    public bool HasRsaSuite { get; set; }

    /// <summary>Notes a suite that the gateway speaks, too.</summary>
    public void Add(TlsCipherSuite suite)
    {
        var key = CipherSuites.KeyOf(suite);
        HasEcdsaSuite |= key == KeyKind.Ecdsa;
        HasRsaSuite |= key == KeyKind.Rsa;
    }

    /// <summary>Whether a handshake with that certificate can succeed. One of a kind unknown here is tried.</summary>
    public bool Accepts(ServedCertificate certificate) => certificate.Kind switch
    {
        KeyKind.Ecdsa when OffersTls13 => Schemes is { } schemes && (schemes & certificate.Scheme) != 0,
        KeyKind.Ecdsa => HasEcdsaSuite && (Schemes is not { } some || (some & SignatureSchemes.Ecdsa) != 0),
        KeyKind.Rsa when OffersTls13 => Schemes is { } schemes && (schemes & SignatureSchemes.RsaPss) != 0,
        KeyKind.Rsa => HasRsaSuite && (Schemes is not { } some || (some & SignatureSchemes.Rsa) != 0),
        _ => true,
    };
}
