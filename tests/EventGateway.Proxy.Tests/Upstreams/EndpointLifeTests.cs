using System.Collections.Concurrent;
using System.Net;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Upstreams;

/// <summary>Endpoints and backends that leave, with requests that run and requests that come: over real sockets.</summary>
public sealed class EndpointLifeTests
{
    private const int Requests = 200;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData("terminating")]
    [InlineData("not ready")]
    [InlineData("gone")]
    [InlineData("slice gone")]
    public async Task Endpoint_Leaves_GetsNoNewRequestAndFinishesTheOneItHas(string how)
    {
        await using var leaving = await HoldingAsync("leaving");
        await using var staying = await UpstreamServer.NamedAsync("staying");
        await using var gateway = await GatewayHost.StartAsync();
        var log = gateway.Log();
        var (first, second) = (Config.Endpoints("first", leaving.Port) with { Group = "ns/echo" }, Config.Endpoints("second", staying.Port) with { Group = "ns/echo" });
        log.Put(Config.Route("r", null, "/"), Config.Backend("echo"), first);
        var running = gateway.GetTextAsync("shop.example", "/held");
        await _held.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        log.Put(second);
        await SeesAsync(gateway, "leaving");
        await SeesAsync(gateway, "staying");

        var address = first.Addresses[0];
        switch (how)
        {
            case "slice gone":
                log.Remove(first.Key);
                break;
            default:
                log.Put(first with
                {
                    Addresses = how switch
                    {
                        "terminating" => [address with { Ready = false, Serving = true, Terminating = true }],
                        "not ready" => [address with { Ready = false, Serving = false }],
                        _ => [],
                    },
                });
                break;
        }

        for (var i = 0; i < Requests; i++)
        {
            Assert.Equal("staying", await gateway.GetTextAsync("shop.example"));
        }

        Assert.False(running.IsCompleted);
        _release.SetResult();
        Assert.Equal("leaving", await running);
    }

    [Fact]
    public async Task Backend_RemovedTogetherWithItsRoute_IsServedOrNotFoundAndNothingBetween()
    {
        await using var upstream = await HoldingAsync("here");
        await using var gateway = await GatewayHost.StartAsync();
        var log = gateway.Log();
        Entity[] config = [Config.Route("r", "shop.example", "/"), Config.Backend("echo"), Config.Endpoints("echo", upstream.Port)];
        log.Put(config);
        var running = gateway.GetTextAsync("shop.example", "/held");
        await _held.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);

        var answers = new ConcurrentDictionary<HttpStatusCode, int>();
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var answer = await gateway.GetAsync("shop.example");
                answers.AddOrUpdate(answer.StatusCode, 1, static (_, count) => count + 1);
            }
        })).ToArray();

        for (var i = 0; i < Requests; i++)
        {
            log.Change([], config.Select(e => e.Key));
            await MoreAsync(answers, HttpStatusCode.NotFound);
            log.Put(config);
            await MoreAsync(answers, HttpStatusCode.OK);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotFound], answers.Keys.Order());

        // The request from before all that had its backend taken away two hundred times.
        log.Change([], config.Select(e => e.Key));
        _release.SetResult();
        Assert.Equal("here", await running);
    }

    private Task<UpstreamServer> HoldingAsync(string name) => UpstreamServer.StartAsync(async context =>
    {
        if (context.Request.Path == "/held")
        {
            _held.TrySetResult();
            await _release.Task.WaitAsync(context.RequestAborted);
        }

        await context.Response.WriteAsync(name);
    });

    private static async Task SeesAsync(GatewayHost gateway, string name)
    {
        for (var i = 0; i < Requests; i++)
        {
            if (await gateway.GetTextAsync("shop.example") == name)
            {
                return;
            }
        }

        Assert.Fail($"None of {Requests} requests went to '{name}'.");
    }

    private static async Task MoreAsync(ConcurrentDictionary<HttpStatusCode, int> answers, HttpStatusCode status)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        var before = answers.GetValueOrDefault(status);
        while (answers.GetValueOrDefault(status) == before)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
