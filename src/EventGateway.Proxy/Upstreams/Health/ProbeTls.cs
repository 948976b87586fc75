using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>How probes speak TLS; those that speak it alike share a client.</summary>
/// <param name="CaPem">CAs that are trusted; "": those of the machine.</param>
internal sealed record ProbeTls(bool Verify, string CaPem)
{
    /// <summary>For probes without TLS.</summary>
    public static readonly ProbeTls None = new(false, "");

    public static ProbeTls Of(Backend backend, ActiveCheck active) => new(
        active.VerifyCertificate,
        active.VerifyCertificate ? backend.Tls?.CaPem ?? "" : "");

    /// <summary>What is asked for as server name, verified, and sent as Host: the client takes the one from the other. "": the endpoint's address.</summary>
    public static string ServerNameOf(Backend backend, ActiveCheck active) => (active.ServerName, backend.Tls?.ServerName) switch
    {
        ({ Length: > 0 } own, _) => own,
        (_, { Length: > 0 } name) => name,
        _ => backend.HostHeader,
    };

    public SslClientAuthenticationOptions ToOptions()
    {
        var options = new SslClientAuthenticationOptions();
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
