using System.Net;
using System.Net.Sockets;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>Upstreams that send without end to clients who do not read: what the process holds for them does not grow with what there is to send.</summary>
[Collection(AloneCollection.Name)]
public sealed class BackpressureTests : IAsyncLifetime
{
    private const string Endless = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    private const int Clients = 50;
    private const long MostPerClient = 512 * 1024;
    private static readonly byte[] Piece = new byte[16 * 1024];
    private readonly RawUpstream _good = new();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync();
        _gateway.Log("good").Put(Config.Endpoints("good", _good.Port), Config.Backend("good"), Config.Route("good", "good", "/", "good"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _good.DisposeAsync();
    }

    [Fact]
    public async Task Http1_ClientsThatDoNotRead_UpstreamIsHeldBackAndLetGoWithThem()
    {
        await using var upstream = CountingUpstream.Endless(Endless, Piece);
        Put(upstream.Port, UpstreamProtocol.Http);
        var before = LiveBytes.Now();
        var clients = new List<RawClient>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await RawClient.ConnectAsync(_gateway.HttpPort));
            await clients[^1].SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        }

        await HeldBackAsync(() => upstream.Pushed, Clients);
        Assert.InRange(LiveBytes.Now() - before, long.MinValue, Clients * MostPerClient);
        Assert.Equal("ok", await _gateway.GetTextAsync("good"));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Open == 0), "the upstream's connections to end with the clients'", []);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_535)]
    public async Task Http2_StreamsWithoutWindow_UpstreamIsHeldBackAndLetGoWithThem(int window)
    {
        await using var upstream = CountingUpstream.Endless(Endless, Piece);
        Put(upstream.Port, UpstreamProtocol.Http);
        var before = LiveBytes.Now();
        await using (var client = await Http2Client.ConnectAsync(_gateway.HttpPort, window))
        {
            for (var i = 0; i < Clients; i++)
            {
                await client.RequestAsync((2 * i) + 1, Http2Header.Request("x"));
            }

            await HeldBackAsync(() => upstream.Pushed, Clients);
            Assert.InRange(client.Received, 0, 65_535);
            Assert.InRange(LiveBytes.Now() - before, long.MinValue, Clients * MostPerClient);
            Assert.Equal("ok", await _gateway.GetTextAsync("good"));
        }

        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Open == 0), "the upstream's connections to end with the client's", []);
    }

    // Whatever an upstream's window lets through is kept here when the client stops: it must not have grown while the client was quick.
    [Fact]
    public async Task Http2Upstream_ClientsThatStopReading_NoMoreThanAWindowEachIsHeld()
    {
        const int Streams = 16;
        const long Quick = 32 * 1024 * 1024;
        long pushed = 0;
        await using var upstream = await UpstreamServer.StartAsync(
            async context =>
            {
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(Piece, context.RequestAborted);
                    Interlocked.Add(ref pushed, Piece.Length);
                }
            },
            listen => listen.Protocols = HttpProtocols.Http2);
        Put(upstream.Port, UpstreamProtocol.H2c);
        var before = LiveBytes.Now();
        var clients = Enumerable.Range(0, Streams).Select(_ => new TcpClient()).ToList();
        await Task.WhenAll(clients.Select(async client =>
        {
            await client.ConnectAsync(IPAddress.Loopback, _gateway.HttpPort);
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            var buffer = new byte[64 * 1024];
            for (long read = 0; read < Quick;)
            {
                read += await client.GetStream().ReadAsync(buffer);
            }
        }));
        await HeldBackAsync(() => Interlocked.Read(ref pushed), Streams, Streams * Quick);
        var held = LiveBytes.Now() - before;
        TestContext.Current.SendDiagnosticMessage($"{held / Streams / 1024} KiB are held for each stream");
        Assert.InRange(held, long.MinValue, Streams * 2L * 1024 * 1024);
        Assert.All(clients, c => c.Dispose());
    }

    /// <summary>Waits until the upstream gets rid of no more, and looks at how much that was.</summary>
    private static async Task HeldBackAsync(Func<long> pushed, int clients, long read = 0)
    {
        long last = -1;
        var still = 0;
        await Eventually.HoldsAsync(
            () =>
            {
                var now = pushed();
                still = now == last && now > 0 ? still + 1 : 0;
                last = now;
                return Task.FromResult(still == 40);
            },
            "the upstream to be held back", []);

        // What the system's own buffers take on both legs, which grow to 4 MiB and 6 MiB, and a little more.
        Assert.InRange(last - read, 1, clients * 24L * 1024 * 1024);
    }

    private void Put(int port, UpstreamProtocol protocol) =>
        _gateway.Log().Put(Config.Endpoints("echo", port), Config.Backend("echo") with { Protocol = protocol }, Config.Route("r", "x", "/"));
}
