using System.Net;
using System.Net.Sockets;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tls;
using EventGateway.Proxy.Upstreams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace EventGateway.Proxy.Streams;

/// <summary>What is known of one connection while it lives; the access log's line is made of it.</summary>
internal sealed class StreamConnection(ConnectionContext transport, StreamPort port)
{
    public ConnectionContext Transport { get; } = transport;

    public Socket Socket { get; } = transport.Features.Get<IConnectionSocketFeature>()?.Socket
        ?? throw new InvalidOperationException("A stream port needs a transport of sockets.");

    public StreamPort Port { get; } = port;

    public IPAddress? Client => (Transport.RemoteEndPoint as IPEndPoint)?.Address;

    /// <summary>Null: the client was not asked for one, or said something else.</summary>
    public ClientHello? Hello { get; set; }

    /// <summary>Empty: the client named none, or was not asked.</summary>
    public string ServerName => Hello?.ServerName ?? "";

    public StreamDecision Decision { get; set; }

    /// <summary>Where it went; null: nowhere.</summary>
    public EndpointState? Endpoint { get; set; }

    public StreamOutcome Outcome { get; set; } = StreamOutcome.NoRoute;

    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    /// <summary>When an endpoint was looked for; 0: not at all.</summary>
    public long ConnectingAt { get; set; }

    /// <summary>When an endpoint was connected to; 0: none was.</summary>
    public long ConnectedAt { get; set; }

    public string ClientText => ClientAddress.TextOf(Client);
}
