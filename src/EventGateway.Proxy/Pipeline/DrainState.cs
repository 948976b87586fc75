using EventGateway.Core.Loading;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Whether this process is on its way out, and how many requests it is busy with. While it drains it is not ready, and every answer tells its
/// client to go elsewhere for the next request: <c>Connection: close</c> on HTTP/1.1, GOAWAY on HTTP/2 and 3; clients of HTTP/2 that ask for
/// nothing are told by <see cref="DrainNotice"/>. Safe from any thread.
/// </summary>
public sealed class DrainState : IDisposable
{
    private static readonly Readiness Draining = new(["draining"]);

    private readonly DrainCounter _requests = new();
    private readonly CancellationTokenSource _begun = new();
    private volatile bool _isDraining;

    public bool IsDraining => _isDraining;

    /// <summary>Requests that have begun and are not over, WebSockets and streams among them; those to the status port do not count.</summary>
    public long RequestsInFlight => _requests.Value;

    /// <summary>Cancelled when the drain begins.</summary>
    internal CancellationToken Begun => _begun.Token;

    /// <summary>From now on, for good.</summary>
    public void Begin()
    {
        _isDraining = true;
        _begun.Cancel();
    }

    public void Dispose() => _begun.Dispose();

    /// <summary>What to tell of a process that is otherwise as ready as this.</summary>
    internal Readiness Of(Readiness readiness) => _isDraining ? Draining : readiness;

    /// <summary>A request begins; <see cref="Leave"/> must follow.</summary>
    internal void Enter(HttpContext context)
    {
        _requests.Increment();
        if (_isDraining)
        {
            SendElsewhere(context, mayUpgrade: context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true });
        }
    }

    internal void Leave() => _requests.Decrement();

    /// <summary>The answer begins. A request from before the drain learns here that it was its connection's last.</summary>
    internal void OnAnswer(HttpContext context, int status)
    {
        if (_isDraining)
        {
            SendElsewhere(context, mayUpgrade: status == StatusCodes.Status101SwitchingProtocols);
        }
    }

    private static void SendElsewhere(HttpContext context, bool mayUpgrade)
    {
        if (!HttpProtocol.IsHttp11(context.Request.Protocol) && !HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
        else if (!mayUpgrade && !context.Response.HasStarted)
        {
            // Kestrel's own way to close would also cancel what is being read of the request.
            context.Response.Headers.Connection = "close";
        }
    }
}
