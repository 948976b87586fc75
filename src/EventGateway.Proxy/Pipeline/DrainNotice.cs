using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Tells clients of HTTP/2 to go elsewhere as soon as the process is on its way out, idle ones too: GOAWAY names the last request that is served, so
/// that no request is lost with it. HTTP/1.1 has no such word; its idle connections are kept for the requests that may be under way.
/// </summary>
internal sealed class DrainNotice(DrainState drain)
{
    /// <summary>Behind TLS, which has found out what is spoken.</summary>
    public Task InvokeAsync(ConnectionContext connection, ConnectionDelegate next) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>() is { } protocol && protocol.ApplicationProtocol.Span.SequenceEqual("h2"u8)
            ? InvokeHttp2Async(connection, next)
            : next(connection);

    /// <summary>A connection that is new while the process drains is told with its first answer.</summary>
    public Task InvokeHttp2Async(ConnectionContext connection, ConnectionDelegate next) =>
        !drain.IsDraining && connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime ? TellAsync(connection, lifetime, next) : next(connection);

    private async Task TellAsync(ConnectionContext connection, IConnectionLifetimeNotificationFeature lifetime, ConnectionDelegate next)
    {
        await using var told = drain.Begun.UnsafeRegister(static lifetime => ((IConnectionLifetimeNotificationFeature)lifetime!).RequestClose(), lifetime);
        await next(connection);
    }
}
