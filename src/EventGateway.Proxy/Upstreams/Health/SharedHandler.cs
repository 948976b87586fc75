namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>A client that outlives those who send through it.</summary>
internal sealed class SharedHandler(HttpMessageInvoker client) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => client.SendAsync(request, cancellationToken);
}
