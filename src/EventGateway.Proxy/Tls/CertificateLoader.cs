using System.Text;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Routing;

namespace EventGateway.Proxy.Tls;

/// <summary>Makes of a log's certificate one that can be served, or says why not, without key material.</summary>
/// <param name="keyRing">Null: sealed keys are refused.</param>
internal sealed class CertificateLoader(KeyRing? keyRing, TlsOptions tls)
{
    public ServedCertificate? Load(LogName log, Certificate certificate, out string? fault)
    {
        try
        {
            return LoadSound(log, certificate, out fault);
        }
        catch (Exception e) when (BuildFault.IsOfEntity(e))
        {
            // Without the message, which may quote what was to be read.
            fault = $"this build cannot use it, please report that: {e.GetType().Name}";
            return null;
        }
    }

    private ServedCertificate? LoadSound(LogName log, Certificate certificate, out string? fault)
    {
        if (certificate.Validate().FirstOrDefault() is { } problem)
        {
            fault = problem.ToString();
            return null;
        }

        var name = certificate.Source.Length > 0 ? certificate.Source : certificate.Key.Text;
        var secret = certificate.PrivateKey as PlainSecret;
        if (certificate.PrivateKey is SealedSecret @sealed)
        {
            if (keyRing is null)
            {
                fault = $"no --key-ring given: certificate {name} cannot be opened";
                return null;
            }

            secret = keyRing.Open(@sealed, log, certificate.Key, out var closed);
            if (secret is null)
            {
                fault = $"certificate {name}: {closed}";
                return null;
            }
        }

        var served = ServedCertificate.Load(certificate.ChainPem, Encoding.UTF8.GetString(secret!.Value.Span), tls, out fault);
        fault = served is null ? $"certificate {name}: {fault}" : null;
        return served;
    }
}
