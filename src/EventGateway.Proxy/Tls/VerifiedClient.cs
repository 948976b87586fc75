using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EventGateway.Proxy.Tls;

/// <summary>Who a client has shown to be, as upstreams are told.</summary>
internal sealed class VerifiedClient(X509Certificate2 certificate)
{
    /// <summary>The certificate's subject; what is not printable ASCII, and <c>%</c>, as <c>%XX</c> of its UTF-8.</summary>
    public string Subject { get; } = Encode(certificate.Subject);

    /// <summary>SHA-256 of the certificate, lower-case hex.</summary>
    public string Fingerprint { get; } = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    private static string Encode(string subject)
    {
        if (!subject.AsSpan().ContainsAnyExceptInRange(' ', '~') && !subject.Contains('%', StringComparison.Ordinal))
        {
            return subject;
        }

        var encoded = new StringBuilder(subject.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(subject))
        {
            _ = b is >= (byte)' ' and <= (byte)'~' and not (byte)'%'
                ? encoded.Append((char)b)
                : encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return encoded.ToString();
    }
}
