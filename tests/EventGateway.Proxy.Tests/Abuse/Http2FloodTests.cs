using System.Buffers.Binary;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>Frames that cost the client nothing and ask the server for work or memory. It holds no more for such a client than for another.</summary>
[Collection(AloneCollection.Name)]
public sealed class Http2FloodTests : IAsyncLifetime
{
    private const int Frames = 50_000;
    private const long MostBytes = 24 * 1024 * 1024;
    private readonly RawUpstream _good = new();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync(o => new ProxyOptions
        {
            HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind, Limits = new ClientLimits { HeaderTimeout = TimeSpan.FromSeconds(2) },
        });
        _gateway.Log().Put(Config.Endpoints("good", _good.Port), Config.Backend("good"), Config.Route("good", "good", "/", "good"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _good.DisposeAsync();
    }

    [Theory]
    [InlineData("ping", true)]
    [InlineData("ping", false)]
    [InlineData("settings", true)]
    [InlineData("settings", false)]
    [InlineData("priority", true)]
    [InlineData("window", true)]
    [InlineData("unknown", true)]
    public async Task Frames_OfOneKindWithoutEnd_MemoryStaysAndOthersAreServed(string kind, bool isReading)
    {
        await _gateway.GetTextAsync("good");
        var before = LiveBytes.Now();
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort, isReading: isReading);
        byte[] frame = kind switch
        {
            "ping" => Http2Client.Frame(Http2Client.Ping, 0, 0, new byte[8]),
            "settings" => Http2Client.Frame(Http2Client.Settings, 0, 0, [0, 4, 0, 0, 255, 255]),
            "priority" => Http2Client.Frame(2, 0, 1, [0, 0, 0, 0, 1]),
            "window" => Http2Client.Frame(Http2Client.WindowUpdate, 0, 1),
            _ => Http2Client.Frame(200, 0, 0, new byte[8]),
        };
        var block = Enumerable.Range(0, 1000).SelectMany(_ => frame).ToArray();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var sent = 0;
        try
        {
            // Who reads none of the answers is at some point not read any more either.
            while (sent < Frames && await client.SendAsync(block, patience.Token))
            {
                sent += 1000;
                if (!isReading)
                {
                    patience.CancelAfter(TimeSpan.FromSeconds(2));
                }
            }
        }
        catch (OperationCanceledException) when (!isReading)
        {
        }

        TestContext.Current.SendDiagnosticMessage($"{kind}, reading {isReading}: {sent} frames; {client.Describe()}");
        Assert.Equal("ok", await _gateway.GetTextAsync("good"));
        Assert.InRange(LiveBytes.Now() - before, long.MinValue, MostBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Headers_ThatNeverEnd_ConnectionEnds(int size)
    {
        var before = LiveBytes.Now();
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndStream, 1, Http2Header.Request("good")));
        var more = Http2Client.Frame(Http2Client.Continuation, 0, 1, size == 0 ? [] : size == 1 ? [0] : Http2Header.Block(("x-a", new string('a', size))));

        // One byte more is the beginning of a field whose name never comes; nothing at all more only keeps the server waiting.
        var sent = 0;
        while (!client.Ended.IsCompleted && sent < Frames && await client.SendAsync(more, TestContext.Current.CancellationToken))
        {
            sent++;
        }

        await client.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.InRange(LiveBytes.Now() - before, long.MinValue, MostBytes);
        Assert.Equal("ok", await _gateway.GetTextAsync("good"));
    }

    [Fact]
    public async Task Header_NameOfEndlessLength_ConnectionEnds()
    {
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndStream | Http2Client.EndHeaders, 1, [0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x0f]));
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("ok", await _gateway.GetTextAsync("good"));
    }

    [Fact]
    public async Task Streams_MoreThanAllowed_AreRefusedAndTheOthersServed()
    {
        var go = new TaskCompletionSource();
        await using var held = new ScriptedUpstream(async (_, stream, stop) =>
        {
            await go.Task.WaitAsync(stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            return true;
        });
        _gateway.Log("held").Put(Config.Endpoints("held", held.Port), Config.Backend("held"), Config.Route("held", "held", "/", "held"));
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        for (var stream = 1; stream < 2 * 110; stream += 2)
        {
            await client.RequestAsync(stream, Http2Header.Request("held"));
        }

        await Eventually.HoldsAsync(() => Task.FromResult(client.Resets.Count == 10), "ten streams to be refused", []);
        Assert.All(client.Resets, r => Assert.Equal(7u, r.Value));
        Assert.Equal(ClientLimits.DefaultHttp2Streams, _gateway.Services.GetRequiredService<DrainState>().RequestsInFlight);
        go.SetResult();
        await Eventually.HoldsAsync(() => Task.FromResult(client.Statuses.Count == 100), "a hundred answers", []);
    }

    [Fact]
    public async Task Window_BeyondItsMost_ConnectionEnds()
    {
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        var most = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(most, int.MaxValue);
        await client.SendAsync(Http2Client.Frame(Http2Client.WindowUpdate, 0, 0, most));
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(3u, client.GoneAway);
    }
}
