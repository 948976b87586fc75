using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>The open connections, so that they can be broken as a network breaks them. Any thread may ask.</summary>
internal sealed class Connections
{
    private readonly ConcurrentDictionary<string, ConnectionContext> _open = [];

    public int Count => _open.Count;

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        connection.Features.Set(new Raw(connection));
        _open[connection.ConnectionId] = connection;
        try
        {
            await next(connection);
        }
        finally
        {
            _open.TryRemove(connection.ConnectionId, out _);
        }
    }

    public void BreakAll()
    {
        foreach (var connection in _open.Values)
        {
            Break(connection);
        }
    }

    /// <summary>Breaks the connection a request came on, and so all that goes on there.</summary>
    public static void Break(HttpContext context) => Break(context.Features.Get<Raw>()!.Connection);

    private static void Break(ConnectionContext connection) => connection.Abort(new ConnectionAbortedException("broken on purpose"));

    /// <summary>The connection under TLS and HTTP, for requests to find.</summary>
    private sealed record Raw(ConnectionContext Connection);
}
