using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Looks at what a client says first without taking it, so that whoever comes next still reads it: what TLS itself tells of the hello is the server
/// name alone, and where bytes are passed through nobody reads it at all.
/// </summary>
/// <param name="patience">How long a client may take for its hello.</param>
internal sealed class ClientHelloPeek(Func<TlsCipherSuite, bool> isSpoken, TimeSpan patience, TimeProvider time)
{
    /// <summary>A hello that was read is the connection's feature <see cref="ClientHello"/>.</summary>
    /// <returns><see cref="ClientHelloState.Incomplete"/>: the client took too long, or left, or the server stops.</returns>
    public ValueTask<ClientHelloState> LookAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        if (!input.TryRead(out var result))
        {
            return WaitAsync(connection, input, 0);
        }

        var state = Look(connection, input, result, 0);
        return state == ClientHelloState.Incomplete && !result.IsCompleted ? WaitAsync(connection, input, result.Buffer.Length) : ValueTask.FromResult(state);
    }

    private async ValueTask<ClientHelloState> WaitAsync(ConnectionContext connection, PipeReader input, long examined)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        await using var stopping = StoppingOf(connection).UnsafeRegister(static timeout => ((CancellationTokenSource)timeout!).Cancel(), timeout);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(timeout.Token);
                var length = result.Buffer.Length;
                var state = Look(connection, input, result, examined);
                if (state != ClientHelloState.Incomplete || result.IsCompleted)
                {
                    return state;
                }

                examined = length;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return ClientHelloState.Incomplete;
        }
    }

    // A server that stops waits for those it serves, not for those who have said nothing.
    private static CancellationToken StoppingOf(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;

    /// <param name="examined">How much was looked at in vain before.</param>
    private ClientHelloState Look(ConnectionContext connection, PipeReader input, ReadResult result, long examined)
    {
        var buffer = result.Buffer;
        var state = ClientHelloReader.Read(buffer, isSpoken, out var hello);
        if (hello is not null)
        {
            connection.Features.Set(hello);
        }

        // Where there is something to go on with, not all counts as seen, so that the next read does not wait for more; but never less than
        // before, which a pipe forbids.
        input.AdvanceTo(buffer.Start, state == ClientHelloState.Incomplete ? buffer.End : buffer.GetPosition(Math.Min(examined, buffer.Length)));
        return state;
    }
}
