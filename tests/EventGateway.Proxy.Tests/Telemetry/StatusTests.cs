using System.Net;
using System.Text.Json;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Telemetry;

public sealed class StatusTests : IAsyncLifetime
{
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync(o => new ProxyOptions { HttpPort = 0, HttpsPort = 0, StatusPort = 0, Bind = IPAddress.Loopback, Id = "p1" });

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Healthz_Alive()
    {
        _gateway.State.Readiness = new Readiness(["reading"]);
        Assert.Equal((200, """{"status":"alive"}"""), await GetAsync("/healthz"));
    }

    [Fact]
    public async Task Readyz_TellsWhyNot()
    {
        Assert.Equal((200, """{"ready":true,"reasons":[]}"""), await GetAsync("/readyz"));
        _gateway.State.Readiness = new Readiness(["a/shop is being read: offset 1 of 2"]);
        Assert.Equal((503, """{"ready":false,"reasons":["a/shop is being read: offset 1 of 2"]}"""), await GetAsync("/readyz"));
    }

    [Fact]
    public async Task Status_FieldsOfTheContract()
    {
        var log = _gateway.Log();
        log.Put(Config.Route("r", "x", "/"), Config.Backend("b"));
        var heard = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        _gateway.State.Logs = [new LogStatus(log.Name) { Image = log.Image, CaughtUp = true, LastHeardAt = heard, ReadOffset = 5, EndOffset = 5, Refused = [new RefusedRecord("route/ns/r/0", "why")] }];
        var (status, body) = await GetAsync("/status");
        Assert.Equal(200, status);
        var root = JsonDocument.Parse(body).RootElement;
        Assert.Equal(["role", "id", "version", "ready", "startedAt", "imageHash", "logs"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("proxy", "p1", true), (root.GetProperty("role").GetString(), root.GetProperty("id").GetString(), root.GetProperty("ready").GetBoolean()));
        Assert.Equal(ImageHash.Combine([(log.Name, log.Image.Hash)]).ToString(), root.GetProperty("imageHash").GetString());
        var one = root.GetProperty("logs")[0];
        Assert.Equal("""{"route":1,"backend":1}""", one.GetProperty("entities").GetRawText());
        Assert.Equal("""[{"key":"route/ns/r/0","reason":"why"}]""", one.GetProperty("refused").GetRawText());
        Assert.Equal(("test", "shop", 1, -1, true, "embedded"), (
            one.GetProperty("origin").GetString(), one.GetProperty("workspace").GetString(), one.GetProperty("commit").GetInt64(),
            one.GetProperty("offset").GetInt64(), one.GetProperty("caughtUp").GetBoolean(), one.GetProperty("source").GetString()));
        Assert.Equal(log.Image.Hash.ToString(), one.GetProperty("imageHash").GetString());
        Assert.Equal(log.Image.Position.LogId, one.GetProperty("logId").GetGuid());
        Assert.Equal(JsonValueKind.Null, one.GetProperty("lastCommitAt").ValueKind);
        Assert.True(one.GetProperty("heartbeatAgeMs").GetInt64() > 0);
    }

    [Fact]
    public async Task Metrics_NamesOfTheContract()
    {
        await using var upstream = await UpstreamServer.NamedAsync("ok");
        var log = _gateway.Log();
        log.Put(Config.Route("r", "x", "/"), Config.Backend("echo"), Config.Endpoints("echo", upstream.Port));
        log.Provenance = Provenance.None with { ObservedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000) };
        log.Put(Config.Route("r", "x", "/a"));
        _gateway.State.Logs = [new LogStatus(log.Name) { Image = log.Image, LastHeardAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), Refused = [new RefusedRecord("k", "r")] }];
        await _gateway.GetTextAsync("x", "/a");
        await _gateway.GetTextAsync("y");
        var (_, body) = await GetAsync("/metrics");
        foreach (var line in new[]
        {
            "eventgateway_requests_total{workspace=\"shop\",code=\"200\"} 1",
            "eventgateway_requests_total{workspace=\"\",code=\"404\"} 1",
            "eventgateway_request_duration_seconds_count{workspace=\"shop\"} 1",
            "eventgateway_upstream_duration_seconds_count{workspace=\"shop\"} 1",
            "eventgateway_config_commit{origin=\"test\",workspace=\"shop\"} 2",
            "eventgateway_config_refused{origin=\"test\",workspace=\"shop\"} 1",
            "eventgateway_config_apply_duration_seconds_count{publisher=\"routing-table\"} 2",
            "eventgateway_config_age_seconds{origin=\"test\",workspace=\"shop\"} ",
            "eventgateway_change_to_proxy_seconds_count{origin=\"test\",workspace=\"shop\"} 1",
            "eventgateway_log_connected 1",
        })
        {
            Assert.Contains(line, body, StringComparison.Ordinal);
        }

        _gateway.State.IsConnected = false;
        Assert.Contains("eventgateway_log_connected 0", (await GetAsync("/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_PerRoute_CarryTheRoute()
    {
        await using var gateway = await GatewayHost.StartAsync(o => new ProxyOptions { HttpPort = 0, HttpsPort = 0, StatusPort = 0, Bind = IPAddress.Loopback, MetricsPerRoute = true });
        gateway.Log().Put(Config.Route("r", "x", "/") with { Protocols = RouteProtocols.Https });
        await gateway.GetTextAsync("x");
        Assert.Contains("eventgateway_requests_total{workspace=\"shop\",code=\"426\",route=\"route/ns/r/0\"} 1", (await GetAsync("/metrics", gateway)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ports_DoNotMix()
    {
        Assert.Equal(404, (await GetAsync("/nothing")).Status);
        using var proxied = await _gateway.GetAsync("x", "/status");
        Assert.Contains("no Route", await proxied.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        _gateway.Log().Put(Config.Route("all", null, "/"));
        Assert.Equal(200, (await GetAsync("/healthz")).Status);
    }

    [Fact]
    public async Task Post_405()
    {
        using var response = await _gateway.Client.PostAsync(new Uri($"http://127.0.0.1:{_gateway.StatusPort}/status"), null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    private async Task<(int Status, string Body)> GetAsync(string path, GatewayHost? gateway = null)
    {
        gateway ??= _gateway;
        using var response = await gateway.Client.GetAsync(new Uri($"http://127.0.0.1:{gateway.StatusPort}{path}"));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
