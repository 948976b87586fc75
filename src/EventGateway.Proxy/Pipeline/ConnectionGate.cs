using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// What every client's connection passes first: the limit on their number, then the PROXY header where one is asked for. What is refused is closed
/// without an answer, and counted: no protocol is known yet, and a process at its limit has no memory to spare for conversation.
/// </summary>
internal sealed partial class ConnectionGate(ProxyOptions options, ConnectionMetrics metrics, TimeProvider time, ILogger<ConnectionGate> logger)
{
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LogPause = TimeSpan.FromMinutes(1);
    private int _open;
    private long _loggedAt;

    public async Task InvokeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var open = Interlocked.Increment(ref _open);

        // Once here, rather than in each request: an address keeps its own text.
        connection.RemoteEndPoint = ClientAddress.Plain(connection.RemoteEndPoint);
        try
        {
            var refusal = options.Limits.Connections is > 0 and var limit && open > limit ? "limit" : options.Trust.ProxyProtocol ? await ReadHeaderAsync(connection) : null;
            if (refusal is null)
            {
                await next(connection);
                return;
            }

            metrics.OnRefused(refusal);
            LogRarely(refusal, connection.RemoteEndPoint);
            connection.Abort(new ConnectionAbortedException($"Refused: {refusal}."));
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <returns>Why the connection is refused; null: it is not.</returns>
    private async ValueTask<string?> ReadHeaderAsync(ConnectionContext connection)
    {
        if (!options.Trust.IsTrusted((connection.RemoteEndPoint as IPEndPoint)?.Address))
        {
            return "untrusted";
        }

        using var timeout = new CancellationTokenSource(HeaderTimeout, time);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(timeout.Token);
                var result = ProxyHeader.Read(read.Buffer, out var length, out var source);
                if (result == ProxyHeaderResult.NotYet && !read.IsCompleted)
                {
                    input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                input.AdvanceTo(read.Buffer.GetPosition(result == ProxyHeaderResult.Whole ? length : 0));
                if (result == ProxyHeaderResult.Whole)
                {
                    connection.RemoteEndPoint = source ?? connection.RemoteEndPoint;
                    return null;
                }

                return result == ProxyHeaderResult.Malformed ? "bad_proxy_header" : "no_proxy_header";
            }
        }
        catch (OperationCanceledException)
        {
            return "late_proxy_header";
        }
        catch (IOException)
        {
            return "no_proxy_header";
        }
    }

    // An attack must not become a flood of log lines; the metric counts all.
    private void LogRarely(string refusal, EndPoint? peer)
    {
        var last = Volatile.Read(ref _loggedAt);
        var now = time.GetTimestamp();
        if ((last == 0 || time.GetElapsedTime(last, now) >= LogPause) && Interlocked.CompareExchange(ref _loggedAt, now, last) == last)
        {
            LogRefused(peer, refusal);
        }
    }

    [LoggerMessage(5180, LogLevel.Warning, "A connection of {Peer} was refused: {Reason}. More of them in the next minute are only counted, in eventgateway_connections_refused_total")]
    private partial void LogRefused(EndPoint? peer, string reason);
}
