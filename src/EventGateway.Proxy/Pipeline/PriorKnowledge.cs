using System.Buffers;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Lets one port without TLS speak HTTP/1.1 and HTTP/2: a client that knows the server speaks HTTP/2 begins with a preface that no HTTP/1
/// request can begin with (RFC 9113, section 3.4). Kestrel chooses by what TLS agreed on and takes HTTP/1 where there is no TLS, so a connection
/// with the preface gets the result of such an agreement, and nothing else of TLS: its scheme stays http.
/// </summary>
internal sealed class PriorKnowledge(TimeSpan patience, TimeProvider time)
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
            connection.Features.Set<ITlsHandshakeFeature>(Agreed.Instance);
            connection.Features.Set<ITlsApplicationProtocolFeature>(Agreed.Instance);
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

    private sealed class Agreed : ITlsHandshakeFeature, ITlsApplicationProtocolFeature
    {
        public static readonly Agreed Instance = new();
        private static readonly ReadOnlyMemory<byte> Http2 = "h2"u8.ToArray();

        public ReadOnlyMemory<byte> ApplicationProtocol => Http2;

        public SslProtocols Protocol => SslProtocols.Tls13;

#pragma warning disable SYSLIB0058 // The interface asks for them.
        public CipherAlgorithmType CipherAlgorithm => CipherAlgorithmType.None;

        public int CipherStrength => 0;

        public HashAlgorithmType HashAlgorithm => HashAlgorithmType.None;

        public int HashStrength => 0;

        public ExchangeAlgorithmType KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

        public int KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058
    }
}
