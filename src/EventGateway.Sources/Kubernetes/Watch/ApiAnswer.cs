namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>A good answer whose body is still to be read, by one reader.</summary>
internal sealed class ApiAnswer(HttpResponseMessage response) : IDisposable
{
    public Task<Stream> ReadAsync(CancellationToken cancellationToken) => response.Content.ReadAsStreamAsync(cancellationToken);

    public void Dispose() => response.Dispose();
}
