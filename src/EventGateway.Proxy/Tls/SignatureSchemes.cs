namespace EventGateway.Proxy.Tls;

/// <summary>What of a client's signature schemes (RFC 8446, section 4.2.3) matters for the choice of a certificate.</summary>
[Flags]
internal enum SignatureSchemes
{
    None = 0,

    /// <summary>Any with ECDSA; TLS 1.2 does not tie it to a curve.</summary>
    Ecdsa = 1,
    EcdsaP256 = 2,
    EcdsaP384 = 4,
    EcdsaP521 = 8,

    /// <summary>Any with an RSA key as certificates have it.</summary>
    Rsa = 16,

    /// <summary>TLS 1.3 takes no other of RSA.</summary>
    RsaPss = 32,
}
