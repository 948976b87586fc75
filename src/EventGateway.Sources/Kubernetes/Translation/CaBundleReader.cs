using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Reads CA certificates. Only certificates are taken: a private key that lies beside them stays where it is.</summary>
internal static class CaBundleReader
{
    private const string KongKey = "cert";
    private const string Key = "ca.crt";

    public static CaBundleInfo ReadSecret(SourceObject item)
    {
        var data = ((V1Secret)item.Typed!).Data;
        foreach (var key in new[] { KongKey, Key })
        {
            if (data is not null && data.TryGetValue(key, out var bytes) && bytes is { Length: > 0 })
            {
                return Read($"data[{key}]", Encoding.UTF8.GetString(bytes));
            }
        }

        return Refused($"data[{Key}]: it is missing; put the CA certificate there as PEM ({KongKey} is read too)");
    }

    public static CaBundleInfo ReadConfigMap(SourceObject item)
    {
        var data = ((V1ConfigMap)item.Typed!).Data;
        foreach (var key in new[] { Key, KongKey })
        {
            if (data is not null && data.TryGetValue(key, out var text) && !string.IsNullOrEmpty(text))
            {
                return Read($"data[{key}]", text);
            }
        }

        return Refused($"data[{Key}]: it is missing; put the CA certificate there as PEM ({KongKey} is read too)");
    }

    private static CaBundleInfo Read(string field, string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
            return certificates.Count == 0
                ? Refused($"{field}: no PEM block CERTIFICATE is in it; put the CA certificate there")
                : new CaBundleInfo
                {
                    Field = field,
                    Pem = string.Concat(certificates.Select(c => c.ExportCertificatePem() + "\n")),
                    NotAfter = certificates.Min(c => c.NotAfter.ToUniversalTime()),
                };
        }
        catch (CryptographicException)
        {
            return Refused($"{field}: a PEM block CERTIFICATE in it cannot be decoded; put the CA certificate there");
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    private static CaBundleInfo Refused(string reason) => new() { Reasons = [reason] };
}
