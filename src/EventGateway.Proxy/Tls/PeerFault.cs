using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.Proxy.Tls;

/// <summary>Why a peer's certificate is not accepted, as one word for metrics and log lines.</summary>
internal static class PeerFault
{
    public const string Missing = "missing";
    public const string Untrusted = "untrusted";
    public const string Expired = "expired";
    public const string NotYetValid = "not-yet-valid";
    public const string NameMismatch = "name-mismatch";
    public const string ChainTooLong = "chain-too-long";
    public const string Invalid = "invalid";

    /// <summary>The peer ended the handshake, or spoke no TLS that the gateway speaks.</summary>
    public const string Handshake = "handshake";

    /// <summary>The certificate that the gateway is to show is not there.</summary>
    public const string NoClientCertificate = "no-client-certificate";

    /// <param name="depth">Most intermediates between the certificate and a CA; 0: any number.</param>
    /// <returns>Null: accepted.</returns>
    public static string? Of(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, int depth)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return Missing;
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return OfChain(chain, certificate);
        }

        if (errors != SslPolicyErrors.None)
        {
            return NameMismatch;
        }

        // The leaf and the CA do not count.
        return depth > 0 && chain?.ChainElements.Count - 2 > depth ? ChainTooLong : null;
    }

    private static string OfChain(X509Chain? chain, X509Certificate certificate)
    {
        var all = X509ChainStatusFlags.NoError;
        foreach (var status in chain?.ChainStatus ?? [])
        {
            all |= status.Status;
        }

        // A signature that is not right: a CA of the same name, with another key.
        if ((all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0)
        {
            return Untrusted;
        }

        return (all & X509ChainStatusFlags.NotTimeValid) == 0 ? Invalid
            : chain!.ChainPolicy.VerificationTime.ToUniversalTime() < ((X509Certificate2)certificate).NotBefore.ToUniversalTime() ? NotYetValid
            : Expired;
    }
}
