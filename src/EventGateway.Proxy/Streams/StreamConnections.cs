using System.Diagnostics;
using System.Net.Security;
using System.Security.Authentication;
using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tls;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Streams;

/// <summary>
/// Serves the ports of <c>--stream-listen</c>:
/// <code>
/// 1. TLS routes at the port: peek at the client's hello    none, or not in time -> close
/// 2. decide: route, backend by weight, its endpoints; holds for the connection    none -> close
/// 3. tls: end TLS with the certificate of the server name
/// 4. connect to an endpoint, further ones up to the backend's retries    none -> close
/// 5. carry bytes both ways
/// 6. count, log
/// </code>
/// A port with a tcp route never waits for the client, as there are protocols in which the server speaks first.
/// </summary>
internal sealed class StreamConnections(RoutingTable table, TlsEntrance entrance, StreamDialer dialer, StreamTelemetry telemetry, TimeProvider time)
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private static readonly RawPath Root = RawPath.TryParse("/", "/", "", out var path) ? path : default;

    public async Task ServeAsync(ConnectionContext transport, int port)
    {
        var connection = new StreamConnection(transport, table.StreamPort(port) ?? throw new InvalidOperationException($"Port {port} is not a stream port."));
        var started = telemetry.Begin();
        try
        {
            connection.Outcome = await ServeAsync(connection);
        }
        finally
        {
            if (connection.Outcome == StreamOutcome.Broken && IsStopping(transport))
            {
                connection.Outcome = StreamOutcome.Stopped;
            }

            if (connection.Outcome != StreamOutcome.Done)
            {
                transport.Abort();
            }

            telemetry.End(connection, started);
        }
    }

    private static bool IsStopping(ConnectionContext transport) =>
        transport.Features.Get<IConnectionLifetimeNotificationFeature>() is { ConnectionClosedRequested.IsCancellationRequested: true };

    private async Task<StreamOutcome> ServeAsync(StreamConnection connection)
    {
        if (!await TryDecideAsync(connection))
        {
            return StreamOutcome.NoHello;
        }

        if (connection.Decision is not { Hit.IsMatch: true } decision)
        {
            return StreamOutcome.NoRoute;
        }

        if (decision is not { Backend: not null, Settings: { } backend, Endpoints.Count: > 0 })
        {
            return StreamOutcome.NoEndpoint;
        }

        await using var stream = new ClientStream(connection.Transport.Transport.Input, connection.Socket);
        if (decision.Hit.Route.Protocols != RouteProtocols.Tls)
        {
            return await ForwardAsync(connection, backend, new StreamSide(stream, connection.Socket));
        }

        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        return await TryEndTlsAsync(tls, connection) ? await ForwardAsync(connection, backend, new StreamSide(tls, connection.Socket)) : StreamOutcome.ClientTlsFailed;
    }

    /// <returns>False: the port's routes need a hello, and there was none.</returns>
    private async ValueTask<bool> TryDecideAsync(StreamConnection connection)
    {
        while (true)
        {
            if (connection.Port.IsByServerName && connection.Hello is null)
            {
                if (await entrance.PeekAsync(connection.Transport) != ClientHelloState.Read)
                {
                    return false;
                }

                connection.Hello = connection.Transport.Features.Get<ClientHello>();
            }

            // What the port is for may have changed meanwhile.
            connection.Decision = table.Decide(connection.Port, connection.ServerName);
            if (connection.Hello is not null || connection.Decision is not { Hit.IsMatch: true } decision || decision.Hit.Route.Protocols == RouteProtocols.Tcp)
            {
                return true;
            }
        }
    }

    private async Task<bool> TryEndTlsAsync(SslStream tls, StreamConnection connection)
    {
        var served = entrance.Choose(connection.ServerName, connection.Transport.Features);

        // Without a list of protocols: what is spoken inside is between client and upstream.
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = served.ServerCertificateContext,
            EnabledSslProtocols = served.EnabledSslProtocols,
            CipherSuitesPolicy = served.CipherSuitesPolicy,
            ClientCertificateRequired = served.ClientCertificateRequired,
            CertificateChainPolicy = served.CertificateChainPolicy,
            RemoteCertificateValidationCallback = served.RemoteCertificateValidationCallback,
            AllowTlsResume = served.AllowTlsResume,
        };
        using var timeout = new CancellationTokenSource(HandshakeTimeout, time);
        try
        {
            await tls.AuthenticateAsServerAsync(options, timeout.Token);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<StreamOutcome> ForwardAsync(StreamConnection connection, Backend backend, StreamSide client)
    {
        var decision = connection.Decision;
        var request = new GatewayRequest(decision.Hit, decision.Backend!, decision.Endpoints!, Root);

        // To a picker a connection looks like a request that has nothing but an address.
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = connection.Client } };
        connection.ConnectingAt = Stopwatch.GetTimestamp();
        for (var tries = 0; tries <= backend.Retries && decision.Endpoints!.Picker.Pick(context, request) is { } endpoint; tries++)
        {
            endpoint.Begin();
            request.Begin(endpoint);
            connection.Endpoint = endpoint;
            try
            {
                if (await dialer.TryConnectAsync(decision.Hit.Log, backend, endpoint, connection.ServerName) is { } upstream)
                {
                    await using (upstream)
                    {
                        decision.Backend!.Health.OnOutcome(endpoint, AttemptOutcome.Answered, 0);
                        connection.ConnectedAt = Stopwatch.GetTimestamp();
                        return await CarryAsync(connection, backend, client, upstream);
                    }
                }

                decision.Backend!.Health.OnOutcome(endpoint, AttemptOutcome.NotConnected, 0);
            }
            finally
            {
                endpoint.End();
            }
        }

        return StreamOutcome.ConnectFailed;
    }

    private async Task<StreamOutcome> CarryAsync(StreamConnection connection, Backend backend, StreamSide client, StreamSide upstream)
    {
        // The transport's own token fires as soon as the client has ended its direction; the server's abort closes the socket, which ends both.
        using var idle = new IdleWatch(backend.ReadTimeout, time);
        var relay = new StreamRelay(client, upstream, idle);
        try
        {
            return await relay.RunAsync();
        }
        finally
        {
            connection.BytesIn = relay.BytesIn;
            connection.BytesOut = relay.BytesOut;
        }
    }
}
