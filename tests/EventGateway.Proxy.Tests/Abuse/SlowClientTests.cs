using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>Clients that hold on to a connection by doing next to nothing with it: each is ended, and neither endpoints nor other clients pay for it.</summary>
public sealed class SlowClientTests : IAsyncLifetime
{
    private const int Clients = 100;
    private readonly ScriptedUpstream _first = Reading();
    private readonly ScriptedUpstream _second = Reading();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync(o => new ProxyOptions
        {
            HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind, Limits = new ClientLimits { HeaderTimeout = TimeSpan.FromSeconds(2) },
        });
        _gateway.Log().Put(
            Config.Endpoints("first", _first.Port) with { Group = "ns/echo" },
            Config.Endpoints("second", _second.Port) with { Group = "ns/echo" },
            Config.Backend("echo") with { ReadTimeout = TimeSpan.FromSeconds(1) },
            Config.Route("r", "x", "/"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task Headers_AByteAtATime_EachEndsWith408AndOthersAreServed()
    {
        var slow = Enumerable.Range(0, Clients).Select(async _ =>
        {
            await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nX-A: ");
            var answer = client.ReadToEndAsync();
            while (!answer.IsCompleted)
            {
                await Record.ExceptionAsync(() => client.SendAsync("a"));
                await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
            }

            return await answer;
        }).ToList();
        for (var i = 0; i < Clients; i++)
        {
            Assert.Equal("ok", await _gateway.GetTextAsync("x"));
        }

        Assert.All(await Task.WhenAll(slow), a => Assert.StartsWith("HTTP/1.1 408 ", a, StringComparison.Ordinal));
        await Eventually.HoldsAsync(
            async () => (await _gateway.GetMetricsAsync()).Contains($"eventgateway_requests_total{{workspace=\"\",code=\"408\"}} {Clients}\n", StringComparison.Ordinal),
            "all of them to be counted", []);
    }

    [Fact]
    public async Task Http2Headers_NeverEnded_ConnectionEnds()
    {
        var clients = new List<Http2Client>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await Http2Client.ConnectAsync(_gateway.HttpPort));
            await clients[^1].SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndStream, 1, Http2Header.Request("x")));
        }

        Assert.Equal("ok", await _gateway.GetTextAsync("x"));
        await Task.WhenAll(clients.Select(c => c.Ended.WaitAsync(TimeSpan.FromSeconds(30))));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Body_ThatStopsComing_408AndNoEndpointIsBlamedNorAskedAgain(string method)
    {
        const int Bodies = 12;
        var answers = await Task.WhenAll(Enumerable.Range(0, Bodies).Select(async _ =>
        {
            await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
            await client.SendAsync($"{method} /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
            return await client.ReadToEndAsync();
        }));
        Assert.All(answers, a => Assert.StartsWith("HTTP/1.1 408 ", a, StringComparison.Ordinal));
        Assert.All(answers, a => Assert.EndsWith("""{"message":"Request timeout"}""", a, StringComparison.Ordinal));
        Assert.All(answers, a => Assert.Contains("\r\nConnection: close\r\n", a, StringComparison.Ordinal));
        await NobodyIsBlamedAsync();
        Assert.Equal(Bodies, _first.Heads.Concat(_second.Heads).Count(h => h.StartsWith($"{method} /slow", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Http2Body_ThatStopsComing_408AndTheConnectionGoesOn()
    {
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndHeaders, 1, Http2Header.Request("x", "/slow", "POST", ("content-length", "10"))));
        await client.SendAsync(Http2Client.Frame(Http2Client.Data, 0, 1, "abc"u8));
        await Eventually.HoldsAsync(() => Task.FromResult(client.IsOver(1)), "the stream to end", []);
        Assert.Equal("408", client.Statuses[1]);
        await client.RequestAsync(3, Http2Header.Request("x"));
        await Eventually.HoldsAsync(() => Task.FromResult(client.IsOver(3)), "the next stream to end", []);
        Assert.Equal("200", client.Statuses[3]);
        await NobodyIsBlamedAsync();
    }

    [Fact]
    public async Task Answer_ThatNobodyReads_EndsAfterTheReadTimeoutAndNoEndpointIsBlamed()
    {
        await using var upstream = CountingUpstream.Endless("HTTP/1.1 200 OK\r\n\r\n", new byte[64 * 1024]);
        _gateway.Log("endless").Put(
            Config.Endpoints("endless", upstream.Port),
            Config.Backend("endless") with
            {
                ReadTimeout = TimeSpan.FromSeconds(1),
                Health = new HealthChecks { PanicPercent = 0, Outlier = new OutlierEjection { ConsecutiveFailures = 1, MaxPercent = 100 } },
            },
            Config.Route("endless", "endless", "/", "endless"));
        var clients = new List<RawClient>();
        for (var i = 0; i < 5; i++)
        {
            clients.Add(await RawClient.ConnectAsync(_gateway.HttpPort));
            await clients[^1].SendAsync("GET / HTTP/1.1\r\nHost: endless\r\n\r\n");
        }

        await Eventually.HoldsAsync(() => Task.FromResult(upstream.Accepted == 5 && upstream.Open == 0), "the upstream's connections to end", []);
        await Eventually.HoldsAsync(
            () => Task.FromResult(_gateway.Services.GetRequiredService<DrainConnections>().Open == 0), "the clients' connections to end", []);
        Assert.Contains("eventgateway_upstream_endpoints{workspace=\"endless\",state=\"healthy\"} 1\n", await _gateway.GetMetricsAsync(), StringComparison.Ordinal);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static ScriptedUpstream Reading() => new(static async (head, stream, token) =>
    {
        await ScriptedUpstream.ReadBodyAsync(head, stream, token);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), token);
        return true;
    });

    private async Task NobodyIsBlamedAsync() =>
        Assert.Contains("eventgateway_upstream_endpoints{workspace=\"shop\",state=\"healthy\"} 2\n", await _gateway.GetMetricsAsync(), StringComparison.Ordinal);
}
