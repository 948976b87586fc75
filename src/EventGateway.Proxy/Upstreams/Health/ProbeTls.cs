using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>How probes speak TLS; those that speak it alike share a client.</summary>
/// <param name="ServerName">Asked for and verified; "": the Host that is sent, or the endpoint's own name.</param>
/// <param name="CaPem">CAs that are trusted; "": those of the machine.</param>
internal sealed record ProbeTls(bool Verify, string ServerName, string CaPem)
{
    /// <summary>For probes without TLS.</summary>
    public static readonly ProbeTls None = new(false, "", "");

    public static ProbeTls Of(Backend backend, ActiveCheck active) => new(
        active.VerifyCertificate,
        active.ServerName.Length > 0 ? active.ServerName : backend.Tls?.ServerName ?? "",
        active.VerifyCertificate ? backend.Tls?.CaPem ?? "" : "");

    public SslClientAuthenticationOptions ToOptions()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = ServerName.Length > 0 ? ServerName : null };
        if (!Verify)
        {
#pragma warning disable CA5359 // The backend's config says so.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (CaPem.Length > 0)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(CaPem);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
