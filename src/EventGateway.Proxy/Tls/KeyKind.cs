namespace EventGateway.Proxy.Tls;

/// <summary>What kind of key a certificate holds, in the order of preference where a client takes several.</summary>
internal enum KeyKind
{
    /// <summary>A handshake costs a tenth of one with RSA.</summary>
    Ecdsa = 0,
    Rsa = 1,
    Other = 2,
}
