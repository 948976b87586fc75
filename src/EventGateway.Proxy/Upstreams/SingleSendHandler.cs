namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// Keeps the client underneath from sending a request again by itself, up to three times to the same endpoint, when the connection ends before an
/// answer. It does so for any method, but never once it has begun to send a body: a request that may have had its effect is given an empty one.
/// </summary>
internal sealed class SingleSendHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null && !MayRepeat(request.Method))
        {
            request.Content = new ByteArrayContent([]);
        }

        return base.SendAsync(request, cancellationToken);
    }

    // A method that nobody knows is taken for one that changes things; a tunnel has no body.
    private static bool MayRepeat(HttpMethod method) => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete
        || method == HttpMethod.Options || method == HttpMethod.Trace || method == HttpMethod.Connect;
}
