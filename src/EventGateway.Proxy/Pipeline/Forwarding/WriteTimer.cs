using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Pipeline.Forwarding;

/// <summary>
/// Ends an attempt whose upstream takes no more bytes of the body. YARP ends an attempt when the client leaves; this stands in for the client while an
/// attempt runs, so that both end it. An abort of the request itself goes to the client's connection.
/// </summary>
internal sealed class WriteTimer : IHttpRequestLifetimeFeature, IDisposable
{
    private readonly IHttpRequestLifetimeFeature _client;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _attempt;
    private readonly ITimer _timer;
    private volatile bool _hasElapsed;

    public WriteTimer(HttpContext context, TimeSpan timeout, TimeProvider time)
    {
        _client = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _timeout = timeout;
        _time = time;
        _attempt = CancellationTokenSource.CreateLinkedTokenSource(_client.RequestAborted);
        RequestAborted = _attempt.Token;
        _timer = _time.CreateTimer(static self => ((WriteTimer)self!).Elapse(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken RequestAborted { get; set; }

    public bool HasElapsed => _hasElapsed;

    public void Start() => _timer.Change(_timeout, Timeout.InfiniteTimeSpan);

    public void Stop() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Abort() => _client.Abort();

    /// <summary>The client speaks for itself again.</summary>
    public void Leave(HttpContext context) => context.Features.Set(_client);

    public void Dispose()
    {
        _timer.Dispose();
        _attempt.Dispose();
    }

    private void Elapse()
    {
        _hasElapsed = true;
        try
        {
            _attempt.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended meanwhile.
        }
    }
}
