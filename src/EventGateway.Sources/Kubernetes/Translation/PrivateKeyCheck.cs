using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Whether a private key belongs to a certificate.</summary>
internal static class PrivateKeyCheck
{
    /// <summary>Null: it does. The text never holds a part of the key.</summary>
    public static string? WhyUnusable(X509Certificate2 certificate, string keyPem)
    {
        if (keyPem.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
            || keyPem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            return "the key is encrypted; put it there without a password";
        }

        using var rsaOfCertificate = certificate.GetRSAPublicKey();
        using var ecOfCertificate = certificate.GetECDsaPublicKey();
        if (rsaOfCertificate is null && ecOfCertificate is null)
        {
            return $"certificates with keys of type {certificate.PublicKey.Oid.FriendlyName ?? certificate.PublicKey.Oid.Value} are not supported; use RSA or ECDSA";
        }

        using var rsa = Import(RSA.Create(), keyPem);
        using var ec = rsa is null ? Import(ECDsa.Create(), keyPem) : null;
        if (rsa is null && ec is null)
        {
            return "no private key can be decoded from it; put an RSA or ECDSA key there as PEM (PKCS#8, PKCS#1 or SEC1)";
        }

        var belongs = rsa is not null
            ? rsaOfCertificate is not null && Same(rsa.ExportParameters(false).Modulus, rsaOfCertificate.ExportParameters(false).Modulus)
            : ecOfCertificate is not null && Same(ec!.ExportParameters(false).Q, ecOfCertificate.ExportParameters(false).Q);
        return belongs ? null : $"the key does not belong to the certificate in data[tls.crt] (subject '{certificate.Subject}'); put the pair's own key there";
    }

    private static bool Same(ECPoint left, ECPoint right) => Same(left.X, right.X) && Same(left.Y, right.Y);

    private static bool Same(byte[]? left, byte[]? right) => left is not null && right is not null && left.AsSpan().SequenceEqual(right);

    private static T? Import<T>(T algorithm, string keyPem)
        where T : AsymmetricAlgorithm
    {
        try
        {
            algorithm.ImportFromPem(keyPem);
            return algorithm;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            algorithm.Dispose();
            return null;
        }
    }
}
