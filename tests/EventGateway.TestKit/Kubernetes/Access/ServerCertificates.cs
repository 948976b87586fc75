using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.TestKit.Kubernetes.Access;

/// <summary>The server's own authority: it signs the server's certificate and those of clients, whose subject names the user.</summary>
public sealed class ServerCertificates : IDisposable
{
    private const int Days = 30;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _authority;
    private readonly DateTimeOffset _now;

    public ServerCertificates(TimeProvider time)
    {
        _now = time.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kubernetes", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(_now.AddDays(-1), _now.AddDays(Days));
        AuthorityPem = _authority.ExportCertificatePem();
        var (chain, serverKey) = Issue("CN=kube-apiserver", ServerAuthentication, "localhost");
        using var server = X509Certificate2.CreateFromPem(chain, serverKey);
        Server = X509CertificateLoader.LoadPkcs12(server.Export(X509ContentType.Pkcs12), null);
    }

    public string AuthorityPem { get; }

    public X509Certificate2 Server { get; }

    /// <summary>A client's certificate and key, PEM. As in Kubernetes CN is the user's name, each O a group.</summary>
    public (string Certificate, string Key) IssueClient(ApiUser user)
    {
        var name = new X500DistinguishedNameBuilder();
        foreach (var group in user.Groups.Where(g => g != ApiUser.Authenticated))
        {
            name.AddOrganizationName(group);
        }

        name.AddCommonName(user.Name);
        return Issue(name.Build().Name, ClientAuthentication, null);
    }

    /// <summary>Whom a certificate names; null: it is not from here.</summary>
    public ApiUser? UserOf(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (!chain.Build(certificate))
        {
            return null;
        }

        var parts = certificate.SubjectName.EnumerateRelativeDistinguishedNames().ToLookup(p => p.GetSingleElementType().FriendlyName, p => p.GetSingleElementValue() ?? "");
        return new ApiUser(parts["CN"].Single(), [.. parts["O"], ApiUser.Authenticated]);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Server.Dispose();
    }

    private (string Certificate, string Key) Issue(string subject, string purpose, string? host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(_authority, _now.AddDays(-1), _now.AddDays(Days - 1), RandomNumberGenerator.GetBytes(8));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
