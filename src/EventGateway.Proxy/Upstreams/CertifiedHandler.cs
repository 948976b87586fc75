using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// Sends with the certificate that is in use now: once it is replaced, the next request goes over a connection that was made with the new
/// one. Connections made with the old one finish what they have and end when they have been idle.
/// </summary>
internal sealed class CertifiedHandler(Func<ServedCertificate?> current, Func<ServedCertificate?, HttpMessageInvoker> create) : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private volatile Generation? _generation;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var certificate = current();
        var generation = _generation;
        if (generation is null || !ReferenceEquals(generation.Certificate, certificate))
        {
            generation = Renew(certificate);
        }

        return generation.Client.SendAsync(request, cancellationToken);
    }

    private Generation Renew(ServedCertificate? certificate)
    {
        lock (_lock)
        {
            if (_generation is { } known && ReferenceEquals(known.Certificate, certificate))
            {
                return known;
            }

            return _generation = new Generation(certificate, create(certificate));
        }
    }

    private sealed record Generation(ServedCertificate? Certificate, HttpMessageInvoker Client);
}
