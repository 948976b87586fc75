using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Looks at a connection's first record without taking it, before the handshake reads it: what TLS itself tells of the hello is the
/// server name alone. A client that is slower than a handshake may be is let go.
/// </summary>
internal sealed class ClientHelloPeek(Func<TlsCipherSuite, bool> isSpoken, TimeSpan patience, TimeProvider time)
{
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        if (await TryPeekAsync(connection))
        {
            await next(connection);
        }
    };

    private async ValueTask<bool> TryPeekAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        if (input.TryRead(out var result))
        {
            if (Look(connection, input, result, 0) is not { } examined)
            {
                return true;
            }

            return await WaitAsync(connection, input, examined);
        }

        return await WaitAsync(connection, input, 0);
    }

    private async ValueTask<bool> WaitAsync(ConnectionContext connection, PipeReader input, long examined)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        try
        {
            while (true)
            {
                if (Look(connection, input, await input.ReadAsync(timeout.Token), examined) is not { } length)
                {
                    return true;
                }

                examined = length;
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException)
        {
            return false;
        }
    }

    /// <returns>How much was looked at in vain; null: there is nothing more to wait for.</returns>
    private long? Look(ConnectionContext connection, PipeReader input, ReadResult result, long examined)
    {
        var buffer = result.Buffer;
        var bytes = buffer.IsSingleSegment ? buffer.FirstSpan : buffer.ToArray();
        var state = ClientHelloReader.Read(bytes, isSpoken, out var hello);
        if (state == ClientHelloState.Incomplete && !result.IsCompleted)
        {
            input.AdvanceTo(buffer.Start, buffer.End);
            return buffer.Length;
        }

        if (hello is not null)
        {
            connection.Features.Set(hello);
        }

        // Not less than was examined before, which a pipe forbids; and not all, so that the handshake's read does not wait for more.
        input.AdvanceTo(buffer.Start, buffer.GetPosition(Math.Min(examined, buffer.Length)));
        return null;
    }
}
