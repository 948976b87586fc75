using System.Diagnostics;
using System.Net;
using System.Text.Json;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Logs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>The registrations as the executable makes them: a writer, the loader, the publishers and the pipeline on one log store.</summary>
public sealed class FromTheLogTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Want_RouteThenChange_ServedFromTheLogAndToldByStatus()
    {
        await using var upstream = await UpstreamServer.NamedAsync("ok");
        await using var store = new InMemoryConfigLogStore();
        var source = new ChannelSource();
        await using var app = Build(store, source);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToArray();
        using var handler = new SocketsHttpHandler();
        using var client = new HttpClient(handler);
        Assert.Equal((503, """{"message":"no configuration is loaded yet"}"""), await GetAsync(client, $"{addresses[0]}/a"));
        var (notReady, why) = await GetAsync(client, $"{addresses[1]}/readyz");
        for (var start = Stopwatch.GetTimestamp(); why.Contains("has not answered yet", StringComparison.Ordinal) && Stopwatch.GetElapsedTime(start) < Deadline;)
        {
            (notReady, why) = await GetAsync(client, $"{addresses[1]}/readyz");
        }

        Assert.Equal(503, notReady);
        Assert.Contains("config log", why, StringComparison.Ordinal);

        Entity[] rest = [Config.Backend("echo"), Config.Endpoints("echo", upstream.Port)];
        source.Want("shop", [Config.Route("r", null, "/a"), .. rest]);
        await WaitAsync(client, $"{addresses[1]}/readyz", 200);
        Assert.Equal((200, "ok"), await GetAsync(client, $"{addresses[0]}/a"));
        source.Want("shop", [Config.Route("r", null, "/b"), .. rest, Config.Route("bad", null, "/") with { Matches = [] }]);
        await WaitAsync(client, $"{addresses[0]}/b", 200);
        Assert.Equal(404, (await GetAsync(client, $"{addresses[0]}/a")).Status);

        var log = JsonDocument.Parse((await GetAsync(client, $"{addresses[1]}/status")).Body).RootElement.GetProperty("logs")[0];
        Assert.Equal(("files", "shop", true), (log.GetProperty("origin").GetString(), log.GetProperty("workspace").GetString(), log.GetProperty("caughtUp").GetBoolean()));
        Assert.True(log.GetProperty("commit").GetInt64() >= 2);
        Assert.Contains("eventgateway_config_commit{origin=\"files\",workspace=\"shop\"}", (await GetAsync(client, $"{addresses[1]}/metrics")).Body, StringComparison.Ordinal);
        await app.StopAsync();
    }

    private static WebApplication Build(InMemoryConfigLogStore store, ChannelSource source)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConfigLogStore>(store);
        builder.Services.AddSingleton<IConfigSource>(source);
        builder.Services.AddConfigLoader(new LoaderOptions());
        builder.Services.AddOriginPublisher(new PublisherOptions { Origin = "files" }, null);
        builder.Services.AddGatewayProxy(new ProxyOptions { HttpPort = 0, HttpsPort = null, StatusPort = 0, Bind = IPAddress.Loopback });
        var app = builder.Build();
        app.MapGatewayStatus().MapGateway();
        return app;
    }

    private static async Task WaitAsync(HttpClient client, string address, int status)
    {
        using var timeout = new CancellationTokenSource(Deadline);
        while ((await GetAsync(client, address)).Status != status)
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, timeout.Token);
        }
    }

    private static async Task<(int Status, string Body)> GetAsync(HttpClient client, string address)
    {
        using var response = await client.GetAsync(new Uri(address));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
