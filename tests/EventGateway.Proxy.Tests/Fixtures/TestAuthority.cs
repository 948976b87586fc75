using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>A CA made on the spot, that signs what it is asked to.</summary>
internal sealed class TestAuthority
{
    public static readonly DateTimeOffset From = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    public static readonly DateTimeOffset Until = From.AddYears(30);

    private readonly X509Certificate2 _signer;
    private readonly string _chain;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _signer = Request(name, key).CreateSelfSigned(From, Until);
        RootPem = _signer.ExportCertificatePem();
        _chain = "";
    }

    private TestAuthority(TestAuthority above, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(name, key).Create(above._signer, From, Until, Serial());
        _signer = certificate.CopyWithPrivateKey(key);
        RootPem = above.RootPem;
        _chain = $"{_signer.ExportCertificatePem()}\n{above._chain}";
    }

    public string RootPem { get; }

    public TestAuthority Intermediate(string name) => new(this, name);

    /// <summary>A pair whose chain holds the intermediates.</summary>
    public (string ChainPem, string KeyPem) Issue(string name, bool isRsa = false, DateTimeOffset? from = null, DateTimeOffset? until = null)
    {
        using AsymmetricAlgorithm key = isRsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsa
            ? new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", (ECDsa)key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else if (name.All(char.IsAscii))
        {
            names.AddDnsName(name);
        }
        else
        {
            names.AddDnsName("person.test");
        }

        request.CertificateExtensions.Add(names.Build());
        var generator = X509SignatureGenerator.CreateForECDsa(_signer.GetECDsaPrivateKey()!);
        using var certificate = request.Create(_signer.SubjectName, generator, from ?? From, until ?? Until, Serial());
        return ($"{certificate.ExportCertificatePem()}\n{_chain}", key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>As a client or server of .NET takes it.</summary>
    public X509Certificate2 IssueLoaded(string name, DateTimeOffset? from = null, DateTimeOffset? until = null)
    {
        var (chain, key) = Issue(name, isRsa: false, from, until);
        return X509Certificate2.CreateFromPem(chain, key);
    }

    /// <summary>An entity of a log.</summary>
    public Certificate Entity(string name, string[] serverNames, string? subject = null, bool isRsa = false, int day = 1)
    {
        var (chain, key) = Issue(subject ?? name, isRsa);
        return new Certificate(EntityKey.Certificate("ns", name))
        {
            ServerNames = [.. serverNames],
            ChainPem = chain,
            PrivateKey = new PlainSecret(Encoding.UTF8.GetBytes(key)),
            CreatedAt = Config.Epoch.AddDays(day),
            Source = $"pair {name}",
        };
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        return request;
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7f;
        serial[0] |= 1;
        return serial;
    }
}
