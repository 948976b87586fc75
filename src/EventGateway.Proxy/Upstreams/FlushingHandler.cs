namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// Sends each piece of a request body on as it comes. The client underneath would else keep small pieces until its buffer is full,
/// and a caller that waits for an answer to what it has sent so far would wait for ever.
/// </summary>
internal sealed class FlushingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content)
        {
            request.Content = new FlushingContent(content);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
