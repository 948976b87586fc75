using EventGateway.Proxy.Tls;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>Tells upstreams who the client is by its certificate. Nobody else may say that: what a client sends under these names is taken away.</summary>
internal static class ClientCertificateHeaders
{
    public const string Subject = "X-Client-Cert-Subject";
    public const string Fingerprint = "X-Client-Cert-Fingerprint";

    public static void Set(IHeaderDictionary incoming, HttpRequestMessage request, VerifiedClient? client)
    {
        Set(incoming, request, Subject, client?.Subject);
        Set(incoming, request, Fingerprint, client?.Fingerprint);
    }

    private static void Set(IHeaderDictionary incoming, HttpRequestMessage request, string name, string? value)
    {
        if (incoming.ContainsKey(name))
        {
            request.Headers.Remove(name);
        }

        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
