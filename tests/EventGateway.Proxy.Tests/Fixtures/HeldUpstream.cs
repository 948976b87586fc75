using System.Net;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>An upstream without sockets. It answers when it is told to, on the thread that tells it, so that all a request costs happens on one thread.</summary>
internal sealed class HeldUpstream : HttpMessageHandler
{
    private static readonly byte[] Body = new byte[64];

    private TaskCompletionSource<HttpResponseMessage>? _held;

    public void Answer()
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Body) };
        answer.Headers.TryAddWithoutValidation("Server", "held");
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", "text/plain");
        _held!.SetResult(answer);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _held = new TaskCompletionSource<HttpResponseMessage>();
        return _held.Task;
    }
}
