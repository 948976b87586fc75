namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>A client that outlives those who send through it.</summary>
/// <param name="host">Sent as Host; "": the address of the request.</param>
internal sealed class SharedHandler(HttpMessageInvoker client, string host) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (host.Length > 0)
        {
            request.Headers.Host = host;
        }

        return client.SendAsync(request, cancellationToken);
    }
}
