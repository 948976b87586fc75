using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.Proxy.Tls;

/// <summary>A loaded key pair with everything a handshake needs, built once. Handshakes that run keep it when it is replaced.</summary>
internal sealed class ServedCertificate
{
    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly X509Certificate2Collection _intermediates;
    private readonly TlsOptions _tls;

    private ServedCertificate(X509Certificate2 leaf, X509Certificate2Collection intermediates, TlsOptions tls)
    {
        Leaf = leaf;
        _intermediates = intermediates;
        _tls = tls;
        (Kind, Scheme) = KeyOf(leaf);
        HandshakeOptions = NewOptions(null);
    }

    public X509Certificate2 Leaf { get; }

    public KeyKind Kind { get; }

    /// <summary>What a client of TLS 1.3 has to take for an ECDSA key.</summary>
    public SignatureSchemes Scheme { get; }

    /// <summary>For clients that are asked for no certificate. Must not be changed: all handshakes share it.</summary>
    public SslServerAuthenticationOptions HandshakeOptions { get; }

    /// <summary>The certificate with its chain; also for showing it to an upstream.</summary>
    public SslStreamCertificateContext Context => HandshakeOptions.ServerCertificateContext!;

    /// <param name="fault">For people, without key material; null when it was loaded.</param>
    public static ServedCertificate? Load(string chainPem, ReadOnlySpan<char> keyPem, TlsOptions tls, out string? fault)
    {
        try
        {
            var leaf = X509Certificate2.CreateFromPem(chainPem, keyPem);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(chainPem);
            var intermediates = new X509Certificate2Collection(chain.Skip(1).ToArray());
            fault = null;
            return new ServedCertificate(leaf, intermediates, tls);
        }
        catch (CryptographicException e)
        {
            fault = $"the certificate or its private key cannot be read: {e.Message}";
            return null;
        }
        catch (ArgumentException)
        {
            fault = "the private key does not belong to the first certificate of the chain; put the key's own certificate first";
            return null;
        }
    }

    /// <summary>So that TLS answers at all where no certificate fits; no client trusts it.</summary>
    public static ServedCertificate SelfSigned(DateTimeOffset now, TlsOptions tls)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=EventGateway default certificate", key, HashAlgorithmName.SHA256);
        return new ServedCertificate(request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10)), [], tls);
    }

    /// <param name="authorities">Named to the client, so that it finds the certificate that is asked for; null or empty: none are.</param>
    public SslServerAuthenticationOptions NewOptions(X509Certificate2Collection? authorities) => new()
    {
        // Offline: intermediates come from the chain that was given, never from the network.
        ServerCertificateContext = SslStreamCertificateContext.Create(
            Leaf, _intermediates, offline: true, authorities is { Count: > 0 } ? SslCertificateTrust.CreateForX509Collection(authorities, sendTrustInHandshake: true) : null),
        ApplicationProtocols = Protocols,
        EnabledSslProtocols = _tls.Versions,
        CipherSuitesPolicy = CipherSuites.Policy(_tls.Ciphers),
    };

    private static (KeyKind Kind, SignatureSchemes Scheme) KeyOf(X509Certificate2 leaf)
    {
        using var ecdsa = leaf.GetECDsaPublicKey();
        if (ecdsa is not null)
        {
            return (KeyKind.Ecdsa, ecdsa.KeySize switch
            {
                256 => SignatureSchemes.EcdsaP256,
                384 => SignatureSchemes.EcdsaP384,
                521 => SignatureSchemes.EcdsaP521,
                _ => SignatureSchemes.Ecdsa,
            });
        }

        using var rsa = leaf.GetRSAPublicKey();
        return (rsa is null ? KeyKind.Other : KeyKind.Rsa, SignatureSchemes.None);
    }
}
