using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Lets one port without TLS speak HTTP/1.1 and HTTP/2: a client that knows the server speaks HTTP/2 begins with a preface that no HTTP/1
/// request can begin with (RFC 9113, section 3.4). Left to itself Kestrel takes HTTP/1 on such a port.
/// </summary>
internal sealed class PriorKnowledge(TimeSpan patience, TimeProvider time, DrainNotice notice)
{
    /// <summary>No method of HTTP/1 is PRI; the rest of the preface is the server's to check.</summary>
    private static ReadOnlySpan<byte> Preface => "PRI "u8;

    public async Task InvokeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (await ReadAsync(connection) is not { } isHttp2)
        {
            return;
        }

        if (isHttp2)
        {
            ConnectionProtocolsAccess.Set(connection, HttpProtocols.Http2);
            await notice.InvokeHttp2Async(connection, next);
            return;
        }

        await next(connection);
    }

    /// <returns>Null: the client left, said nothing for too long, or the server stops.</returns>
    private async ValueTask<bool?> ReadAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        if (input.TryRead(out var read) && IsHttp2(read.Buffer) is { } known)
        {
            input.AdvanceTo(read.Buffer.Start);
            return known;
        }

        if (!read.Buffer.IsEmpty || read.IsCompleted)
        {
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        using var timeout = new CancellationTokenSource(patience, time);
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            while (true)
            {
                read = await input.ReadAsync(either.Token);
                var isHttp2 = IsHttp2(read.Buffer);
                if (isHttp2 is not null || read.IsCompleted)
                {
                    input.AdvanceTo(read.Buffer.Start);
                    return isHttp2 ?? (read.Buffer.IsEmpty ? null : false);
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    /// <returns>Null: too little is there.</returns>
    private static bool? IsHttp2(ReadOnlySequence<byte> received)
    {
        Span<byte> start = stackalloc byte[4];
        start = start[..(int)Math.Min(received.Length, start.Length)];
        received.Slice(0, start.Length).CopyTo(start);
        return start.SequenceEqual(Preface) ? true : Preface.StartsWith(start) ? null : false;
    }
}
