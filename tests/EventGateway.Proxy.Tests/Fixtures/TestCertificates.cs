using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>Certificates made on the spot.</summary>
internal static class TestCertificates
{
    private static readonly DateTimeOffset From = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public static (string ChainPem, string KeyPem) Ecdsa(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(From, From.AddYears(30));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public static (string ChainPem, string KeyPem) Rsa(string name)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(From, From.AddYears(30));
        return (certificate.ExportCertificatePem(), key.ExportRSAPrivateKeyPem());
    }

    /// <summary>Leaf and intermediate, as a Secret holds them; the root is not part of it.</summary>
    public static (string ChainPem, string KeyPem, X509Certificate2 Root) Chain(string name)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = Authority("test root", rootKey).CreateSelfSigned(From, From.AddYears(30));
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middle = Authority("test intermediate", middleKey).Create(root, From, From.AddYears(20), [1, 2, 3]);
        using var signer = middle.CopyWithPrivateKey(middleKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(signer, From, From.AddYears(10), [4, 5, 6]);
        return ($"{leaf.ExportCertificatePem()}\n{middle.ExportCertificatePem()}\n", key.ExportECPrivateKeyPem(), root);
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
