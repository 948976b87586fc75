using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.Proxy.Tls;

/// <summary>CAs as PEM.</summary>
internal static class CaBundle
{
    /// <param name="fault">For people; null when it was read.</param>
    /// <returns>Empty when there is a fault.</returns>
    public static X509Certificate2Collection Read(string pem, out string? fault)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
            fault = authorities.Count == 0 ? "no PEM certificate found" : null;
        }
        catch (CryptographicException e)
        {
            fault = $"a certificate in it cannot be read: {e.Message}";
            return [];
        }

        return authorities;
    }

    /// <summary>Trusts these and no others; asks nothing of the network. Revocation is not checked.</summary>
    /// <param name="authorities">Null: those of the machine.</param>
    public static X509ChainPolicy Policy(X509Certificate2Collection? authorities)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }
}
