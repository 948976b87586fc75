using System.Collections.Concurrent;
using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Kafka;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Changes;

/// <summary>100,000 requests from outside the proxy's process, over HTTP/1.1 and HTTP/2, while what they go by is replaced. None may fail.</summary>
public sealed class NoRequestFailsTests(SharedKafka kafka)
{
    private const int Requests = 100_000;
    private const int Workers = 16;
    private const string Host = "shop.example";

    [Fact]
    public async Task Endpoints_AllReplacedInTurnAgainAndAgain_NoRequestFails()
    {
        var serving = new Queue<Upstream>();
        for (var i = 0; i < 4; i++)
        {
            serving.Enqueue(await Upstream.StartAsync("pod"));
        }

        await using var stage = await ChangeStage.StartAsync(
            await kafka.GetBootstrapServersAsync(), [Shop.Backend("web"), Shop.Route("web", Host, ("web", 1)), .. serving.Select(u => Shop.Slice("web", u.Port))]);
        await using var load = StartLoad(stage, "pod");
        for (var replaced = 0; replaced < 12 || load.Done < Requests; replaced++)
        {
            var leaving = serving.Dequeue();
            var coming = await Upstream.StartAsync("pod");
            serving.Enqueue(coming);

            // As Kubernetes does it: the new pod is ready; then the old one is told to end, is still there for a while, and goes.
            await stage.ChangeAsync([Shop.Slice("web", coming.Port)]);
            await stage.ChangeAsync([Shop.Slice("web", leaving.Port, isTerminating: true)]);
            await load.GoOnAsync(200);
            await leaving.StopAsync();
            await stage.ChangeAsync([], Shop.SliceKey("web", leaving.Port));
            await load.GoOnAsync(200);
        }

        await load.AssertNoFailureAsync(Requests, stage.Proxy);
        await DisposeAsync(serving);
    }

    [Fact]
    public async Task Certificate_SwappedAgainAndAgain_NoRequestAndNoHandshakeFails()
    {
        await using var upstream = await Upstream.StartAsync("pod");
        var known = new ConcurrentDictionary<string, byte>();
        var certificate = Next();
        await using var stage = await ChangeStage.StartAsync(
            await kafka.GetBootstrapServersAsync(),
            [Shop.Backend("web"), Shop.Route("web", Host, ("web", 1)), Shop.Slice("web", upstream.Port), Shop.Certificate(Host, certificate)]);
        var requests = Enumerable.Range(0, Workers).Select(i => Asking(stage, "pod", overTls: i % 2 == 0));
        var handshakes = Enumerable.Range(0, 2).Select(_ => (Func<Task<string?>>)HandshakeAsync);
        await using var load = ClosedLoad.Start([.. requests, .. handshakes]);
        for (var swaps = 0; swaps < 50 || load.Done < Requests; swaps++)
        {
            var next = Next();
            await stage.ChangeAsync([Shop.Certificate(Host, next)]);

            // Its successor is there: a handshake that begins now shows it.
            Assert.Equal(next.Thumbprint, await Traffic.HandshakeAsync(stage.Proxy, Host));
            await load.GoOnAsync(200);
        }

        await load.AssertNoFailureAsync(Requests, stage.Proxy);

        async Task<string?> HandshakeAsync()
        {
            var shown = await Traffic.HandshakeAsync(stage.Proxy, Host);
            return known.ContainsKey(shown) ? null : $"handshake: {shown}";
        }

        TestCertificate Next()
        {
            var made = TestCertificate.For(Host);
            known[made.Thumbprint] = 0;
            return made;
        }
    }

    [Fact]
    public async Task Route_RepointedToANewBackendWhileTheOldOneIsRemoved_NoRequestFails()
    {
        await using var first = await Upstream.StartAsync("pod");
        await using var second = await Upstream.StartAsync("pod");
        Upstream[] upstreams = [first, second];
        await using var stage = await ChangeStage.StartAsync(
            await kafka.GetBootstrapServersAsync(), [Shop.Backend("v0"), Shop.Slice("v0", first.Port), Shop.Route("web", Host, ("v0", 1))]);
        await using var load = StartLoad(stage, "pod");
        for (var version = 1; version < 100 || load.Done < Requests; version++)
        {
            // One change set: the new backend, the route to it, and no more of the old one.
            var (now, before) = (upstreams[version % 2], upstreams[(version + 1) % 2]);
            await stage.ChangeAsync(
                [Shop.Backend($"v{version}"), Shop.Slice($"v{version}", now.Port), Shop.Route("web", Host, ($"v{version}", 1))],
                Shop.BackendKey($"v{version - 1}"), Shop.SliceKey($"v{version - 1}", before.Port));
            await load.GoOnAsync(50);
        }

        await load.AssertNoFailureAsync(Requests, stage.Proxy);
    }

    private static ClosedLoad StartLoad(ChangeStage stage, string expected) =>
        ClosedLoad.Start(Enumerable.Range(0, Workers).Select(i => Asking(stage, expected, overTls: i % 4 == 0)));

    private static Func<Task<string?>> Asking(ChangeStage stage, string expected, bool overTls) => async () =>
    {
        var answer = await stage.GetAsync(Host, overTls);
        return answer == expected ? null : $"{(overTls ? "h2" : "http/1.1")}: {answer}";
    };

    private static async Task DisposeAsync(IEnumerable<Upstream> upstreams)
    {
        foreach (var upstream in upstreams)
        {
            await upstream.DisposeAsync();
        }
    }
}
