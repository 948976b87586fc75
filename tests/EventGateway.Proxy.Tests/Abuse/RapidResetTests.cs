using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>
/// Streams that are opened and given up at once, tens of thousands of them on one connection. However many come: no more of them are with the
/// upstream at once than one connection may have, nothing is left of them, and other clients get all their answers.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class RapidResetTests : IAsyncLifetime
{
    private const int Streams = 20_000;
    private const int Batch = 50;
    private const long MostBytes = 24 * 1024 * 1024;
    private readonly CountingUpstream _silent = CountingUpstream.Silent();
    private readonly RawUpstream _good = new();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync();
        _gateway.Log().Put(
            Config.Endpoints("silent", _silent.Port), Config.Backend("silent"), Config.Route("silent", "silent", "/", "silent"),
            Config.Endpoints("good", _good.Port), Config.Backend("good"), Config.Route("good", "good", "/", "good"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _silent.DisposeAsync();
        await _good.DisposeAsync();
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("data after the end")]
    [InlineData("empty window update")]
    public async Task Streams_GivenUpAtOnce_BoundedAndOthersAreServed(string how)
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("ok", await _gateway.GetTextAsync("good"));
        }

        var before = LiveBytes.Now();
        var drain = _gateway.Services.GetRequiredService<DrainState>();
        using var over = new CancellationTokenSource();
        var served = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AskAsync(over.Token)));
        var most = 0L;
        await using (var client = await Http2Client.ConnectAsync(_gateway.HttpPort))
        {
            var block = Http2Header.Request("silent");
            for (var stream = 1; stream < 2 * Streams; stream += 2 * Batch)
            {
                var frames = Enumerable.Range(0, Batch).SelectMany(i => GivenUp(how, stream + (2 * i), block)).ToArray();
                if (!await client.SendAsync(frames))
                {
                    break;
                }

                most = Math.Max(most, drain.RequestsInFlight);
            }

            // The server has had enough of it.
            await client.Ended.WaitAsync(TimeSpan.FromSeconds(20));
            TestContext.Current.SendDiagnosticMessage($"{how}: {_silent.Accepted} upstream connections, at most {_silent.Most} open, {most} requests in flight; {client.Describe()}");
        }

        await over.CancelAsync();
        var answers = await served;
        Assert.All(answers, a => Assert.True(a > 0));

        // The server keeps track of twice the streams that a client may have at once; the others' requests are on top.
        Assert.InRange(most, 0, (2 * ClientLimits.DefaultHttp2Streams) + 4);
        await Eventually.HoldsAsync(() => Task.FromResult(drain.RequestsInFlight == 0), "no request to be left", []);

        // A connection that was still being made for a request given up meanwhile is kept for the next one.
        Assert.InRange(_silent.Open, 0, (2 * ClientLimits.DefaultHttp2Streams) + 4);
        Assert.InRange(LiveBytes.Now() - before, long.MinValue, MostBytes);
        Assert.Equal("ok", await _gateway.GetTextAsync("good"));
    }

    // Slow enough for the server not to mind: each stream has reached the upstream before it is given up.
    [Fact]
    public async Task Streams_GivenUpWhenTheUpstreamHasThem_ItsConnectionsEndWithThem()
    {
        const int Rounds = 20;
        var before = LiveBytes.Now();
        var drain = _gateway.Services.GetRequiredService<DrainState>();
        await using (var client = await Http2Client.ConnectAsync(_gateway.HttpPort))
        {
            var block = Http2Header.Request("silent");
            for (var round = 0; round < Rounds; round++)
            {
                var streams = Enumerable.Range(round * Batch, Batch).Select(i => (2 * i) + 1).ToList();
                Assert.True(await client.SendAsync(streams.SelectMany(s => Http2Client.Frame(Http2Client.Headers, Http2Client.EndStream | Http2Client.EndHeaders, s, block)).ToArray()));
                await Eventually.HoldsAsync(() => Task.FromResult(_silent.Open == Batch), "all streams of a round to be with the upstream", []);
                Assert.Equal("ok", await _gateway.GetTextAsync("good"));
                Assert.True(await client.SendAsync(streams.SelectMany(s => Http2Client.Frame(Http2Client.Reset, s, 8)).ToArray()));
                await Eventually.HoldsAsync(() => Task.FromResult(_silent.Open == 0 && drain.RequestsInFlight == 0), "nothing of a round to be left", []);
            }

            Assert.False(client.Ended.IsCompleted);
        }

        Assert.Equal(Rounds * Batch, _silent.Accepted);
        Assert.InRange(LiveBytes.Now() - before, long.MinValue, MostBytes);
    }

    private static byte[] GivenUp(string how, int stream, byte[] block) =>
    [
        .. Http2Client.Frame(Http2Client.Headers, Http2Client.EndStream | Http2Client.EndHeaders, stream, block),
        .. how switch
        {
            "reset" => Http2Client.Frame(Http2Client.Reset, stream, 8),
            "empty window update" => Http2Client.Frame(Http2Client.WindowUpdate, stream, 0),
            _ => Http2Client.Frame(Http2Client.Data, Http2Client.EndStream, stream, [1]),
        },
    ];

    private async Task<int> AskAsync(CancellationToken over)
    {
        var answers = 0;
        while (!over.IsCancellationRequested || answers < 50)
        {
            Assert.Equal("ok", await _gateway.GetTextAsync("good"));
            answers++;
        }

        return answers;
    }
}
