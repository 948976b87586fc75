using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.Proxy.Tls;

/// <summary>A loaded key pair with everything a handshake needs, built once. Handshakes that run keep it when it is replaced.</summary>
internal sealed class ServedCertificate
{
    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private ServedCertificate(X509Certificate2 leaf, X509Certificate2Collection intermediates)
    {
        Leaf = leaf;
        HandshakeOptions = new SslServerAuthenticationOptions
        {
            // Offline: intermediates come from the chain that was given, never from the network.
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, intermediates, offline: true),
            ApplicationProtocols = Protocols,
            EnabledSslProtocols = SslProtocols.None,
        };
    }

    public X509Certificate2 Leaf { get; }

    /// <summary>Must not be changed: all handshakes share it.</summary>
    public SslServerAuthenticationOptions HandshakeOptions { get; }

    /// <param name="fault">For people, without key material; null when it was loaded.</param>
    public static ServedCertificate? Load(string chainPem, ReadOnlySpan<char> keyPem, out string? fault)
    {
        try
        {
            var leaf = X509Certificate2.CreateFromPem(chainPem, keyPem);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(chainPem);
            var intermediates = new X509Certificate2Collection(chain.Skip(1).ToArray());
            fault = null;
            return new ServedCertificate(leaf, intermediates);
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
    public static ServedCertificate SelfSigned(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=EventGateway default certificate", key, HashAlgorithmName.SHA256);
        return new ServedCertificate(request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10)), []);
    }
}
