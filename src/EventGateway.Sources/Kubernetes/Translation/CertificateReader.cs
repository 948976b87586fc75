using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Reads a Secret of type kubernetes.io/tls and proves that its parts belong together.</summary>
internal static class CertificateReader
{
    private const string TlsType = "kubernetes.io/tls";
    private const string ChainField = "data[tls.crt]";
    private const string KeyField = "data[tls.key]";

    public static CertificateInfo Read(V1Secret secret)
    {
        if (secret.Type != TlsType)
        {
            return Refused($"type: it is '{secret.Type ?? "Opaque"}'; a key pair is read from a Secret of type {TlsType}");
        }

        if (secret.Data is null || !secret.Data.TryGetValue("tls.crt", out var chain) || chain is not { Length: > 0 })
        {
            return Refused($"{ChainField}: it is missing; put the certificate chain there as PEM");
        }

        if (!secret.Data.TryGetValue("tls.key", out var key) || key is not { Length: > 0 })
        {
            return Refused($"{KeyField}: it is missing; put the private key there as PEM");
        }

        var chainPem = Encoding.UTF8.GetString(chain);
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(chainPem);
            return certificates.Count == 0
                ? Refused($"{ChainField}: no PEM block CERTIFICATE is in it; put the certificate chain there, leaf first")
                : Read(certificates[0], chainPem, key);
        }
        catch (CryptographicException)
        {
            return Refused($"{ChainField}: a PEM block CERTIFICATE in it cannot be decoded; put the certificate chain there, leaf first");
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    private static CertificateInfo Read(X509Certificate2 leaf, string chainPem, byte[] key)
    {
        if (PrivateKeyCheck.WhyUnusable(leaf, Encoding.UTF8.GetString(key)) is { } why)
        {
            return Refused($"{KeyField}: {why}");
        }

        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames()).ToList();
        if (names.Count == 0 && leaf.GetNameInfo(X509NameType.SimpleName, false) is { Length: > 0 } commonName)
        {
            names.Add(commonName);
        }

        return new CertificateInfo
        {
            ChainPem = chainPem,
            Key = key,
            Names = [.. names.Select(n => n.ToLowerInvariant()).Where(n => IngressHost.TryRead(n, out _, out _)).Distinct().Order(StringComparer.Ordinal)],
            NotBefore = leaf.NotBefore.ToUniversalTime(),
            NotAfter = leaf.NotAfter.ToUniversalTime(),
        };
    }

    private static CertificateInfo Refused(string reason) => new() { Reasons = [reason] };
}
