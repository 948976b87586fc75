using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using EventGateway.Sources.Kubernetes.Translation;
using Xunit;

namespace EventGateway.Sources.Tests;

/// <summary>
/// Key pairs made at test time, so that no private key lies in the repository. Manifests name them as <c>${crt:NAME}</c> and
/// <c>${key:NAME}</c>, which become base64 of PEM;
/// <c>${pem:NAME}</c> becomes the certificate itself, for a block of text indented by four.
/// </summary>
internal static partial class TestCertificates
{
    /// <summary>The day the tests take place.</summary>
    public static readonly DateTimeOffset Today = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private static readonly ConcurrentDictionary<string, (string Chain, string Key)> Made = new();

    public static string Fill(string manifest) => Placeholder().Replace(manifest, m =>
    {
        var (chain, key) = Get(m.Groups[2].Value);
        return m.Groups[1].Value == "pem"
            ? chain.ReplaceLineEndings("\n    ")
            : Convert.ToBase64String(Encoding.UTF8.GetBytes(m.Groups[1].Value == "crt" ? chain : key));
    });

    public static (string Chain, string Key) Get(string name) => Made.GetOrAdd(name, Make);

    /// <summary>The pair a chain belongs to, for readable expectations.</summary>
    public static string NameOf(string chain) => Made.Single(m => m.Value.Chain == chain).Key;

    /// <summary>The pairs in a bundle.</summary>
    public static string NamesOf(string bundle)
    {
        if (bundle == NobodyCa.Pem)
        {
            return "NOBODY";
        }

        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(bundle);
        Assert.DoesNotContain("PRIVATE KEY", bundle, StringComparison.Ordinal);
        return string.Join(", ", certificates.Select(c => NameOf(c.ExportCertificatePem())));
    }

    private static (string Chain, string Key) Make(string name) => name switch
    {
        "shop" => MakeEc("CN=shop", Today.AddDays(-10), Today.AddDays(80), "shop.test", "www.shop.test", "*.api.shop.test"),
        "expired" => MakeEc("CN=expired", Today.AddDays(-90), Today.AddDays(-1), "shop.test"),
        "future" => MakeEc("CN=future", Today.AddDays(5), Today.AddDays(90), "shop.test"),
        "common-name" => MakeEc("CN=Named.Test", Today.AddDays(-1), Today.AddDays(90)),
        "nameless" => MakeEc("CN=Some Body", Today.AddDays(-1), Today.AddDays(90)),
        "encrypted" => Encrypt(MakeEc("CN=encrypted", Today.AddDays(-1), Today.AddDays(90), "shop.test")),
        "rsa" => MakeRsa(),
        "ca-one" => MakeEc("CN=ca one", Today.AddDays(-1), Today.AddDays(900)),
        "ca-two" => MakeEc("CN=ca two", Today.AddDays(-1), Today.AddDays(900)),
        "ca-old" => MakeEc("CN=ca old", Today.AddDays(-900), Today.AddDays(-1)),
        "gateway" => MakeEc("CN=gateway", Today.AddDays(-1), Today.AddDays(90)),
        _ => throw new ArgumentException($"No key pair is called {name}.", nameof(name)),
    };

    private static (string, string) MakeEc(string subject, DateTimeOffset from, DateTimeOffset to, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        return (Chain(request, from, to, names), key.ExportECPrivateKeyPem());
    }

    private static (string, string) MakeRsa()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=rsa", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return (Chain(request, Today.AddDays(-1), Today.AddDays(90), ["rsa.test"]), key.ExportPkcs8PrivateKeyPem());
    }

    private static string Chain(CertificateRequest request, DateTimeOffset from, DateTimeOffset to, string[] names)
    {
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
            {
                alternatives.AddDnsName(name);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        using var certificate = request.CreateSelfSigned(from, to);
        return certificate.ExportCertificatePem();
    }

    private static (string, string) Encrypt((string Chain, string Key) pair)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pair.Key);
        return (pair.Chain, key.ExportEncryptedPkcs8PrivateKeyPem("password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
    }

    [GeneratedRegex(@"\$\{(crt|key|pem):([a-z-]+)\}")]
    private static partial Regex Placeholder();
}
