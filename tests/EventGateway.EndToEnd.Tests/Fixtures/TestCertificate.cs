using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>A key pair made at test time, so that no private key lies in the repository.</summary>
internal sealed record TestCertificate(string ChainPem, string KeyPem, string Thumbprint)
{
    public static TestCertificate For(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
        return new TestCertificate(certificate.ExportCertificatePem(), key.ExportECPrivateKeyPem(), certificate.Thumbprint);
    }
}
