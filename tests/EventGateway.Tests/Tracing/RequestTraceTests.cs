using System.Net;
using System.Text.Json;
using EventGateway.Tests.Processes;

namespace EventGateway.Tests.Tracing;

/// <summary>Client, gateway process, upstream and collector, all over real sockets.</summary>
public sealed class RequestTraceTests : IAsyncLifetime
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string ClientSpan = "b7ad6b7169203331";

    private static readonly string[] FreePorts = ["--http-port", "0", "--https-port", "0", "--status-port", "0", "--bind", "127.0.0.1"];

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private readonly GatewayClient _client = new();
    private TraceCollector _collector = null!;
    private TestUpstream _upstream = null!;

    public async ValueTask InitializeAsync() => (_collector, _upstream) = (await TraceCollector.StartAsync(), await TestUpstream.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        await _upstream.DisposeAsync();
        _http.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Request_ClientSamples_SpansFromClientToUpstream(string protocol)
    {
        var token = _folder.Write("token", "Bearer s3cret, with a comma\n");
        await using var gateway = Start(
            ["--otlp-protocol", protocol, "--otlp-headers", $"authorization=@{token}", "--otlp-headers", "x-tenant=a", "--trace-sample-ratio", "0", "--access-log", "-"],
            new Dictionary<string, string> { ["OTEL_RESOURCE_ATTRIBUTES"] = "k8s.pod.name=gw-0", ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=other" },
            protocol == "grpc" ? _collector.GrpcAddress : _collector.HttpAddress);
        var http = await ReadyAsync(gateway);
        var seen = await AskAsync(http, "/cart/42?card=4111", $"00-{TraceId}-{ClientSpan}-01", "vendor=1,other=2", "user=7;p=q");

        var server = await _collector.SpanAsync(s => s.Kind == ReceivedSpan.Server, gateway);
        var client = await _collector.SpanAsync(s => s.Kind == ReceivedSpan.Client, gateway);
        Assert.Equal((TraceId, ClientSpan, "vendor=1,other=2", "GET /cart", 0), (server.TraceId, server.ParentId, server.State, server.Name, server.Status));
        Assert.Equal((TraceId, server.SpanId, "vendor=1,other=2", "GET", 0), (client.TraceId, client.ParentId, client.State, client.Name, client.Status));
        Assert.Equal(("user=7;p=q", "vendor=1,other=2", $"00-{TraceId}-{client.SpanId}-01"), (seen["baggage"], seen["tracestate"], seen["traceparent"]));
        Assert.InRange(server.Nanoseconds, client.Nanoseconds, ulong.MaxValue);

        var position = server.Attributes["eventgateway.position"];
        Assert.Matches("^local/shop@[0-9]+$", position);
        Assert.Equal(
            $"""
            client.address=127.0.0.1
            eventgateway.backend=backend/shop/web/80
            eventgateway.endpoint=127.0.0.1:{_upstream.Port}
            eventgateway.position={position}
            eventgateway.route=route/shop/web/0.0
            eventgateway.workspace=shop
            http.request.method=GET
            http.response.status_code=200
            http.route=/cart
            network.protocol.version=1.1
            server.address=shop.test
            server.port=80
            url.path=/cart/42
            url.scheme=http
            """,
            Lines(server.Attributes));
        Assert.Equal(
            $"""
            eventgateway.endpoint=127.0.0.1:{_upstream.Port}
            http.request.method=GET
            http.response.status_code=200
            network.protocol.version=1.1
            server.address=127.0.0.1
            server.port={_upstream.Port}
            url.scheme=http
            """,
            Lines(client.Attributes));
        Assert.Equal(("eventgateway", "gw-0", "standalone"), (server.Resource["service.name"], server.Resource["k8s.pod.name"], server.Resource["eventgateway.role"]));
        Assert.True(server.Resource.ContainsKey("service.instance.id") && server.Resource.ContainsKey("service.version"));
        Assert.Equal(("Bearer s3cret, with a comma", "a"), (_collector.Headers["authorization"], _collector.Headers["x-tenant"]));
        Assert.DoesNotContain(gateway.Error, l => l.Contains("s3cret", StringComparison.Ordinal));
        var line = await GatewayProcess.EventuallyAsync(() => gateway.Out is [var first, ..] ? first : null, () => "no access log line came");
        Assert.Equal(TraceId, JsonDocument.Parse(line).RootElement.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task Request_NotSampled_NoSpanAndTheUpstreamIsTold()
    {
        await using var gateway = Start(["--trace-sample-ratio", "0"], [], _collector.GrpcAddress);
        var http = await ReadyAsync(gateway);
        var unsampled = await AskAsync(http, "/cart/1", $"00-{TraceId}-{ClientSpan}-00");
        Assert.Matches($"^00-{TraceId}-[0-9a-f]{{16}}-00$", unsampled["traceparent"]);
        Assert.DoesNotContain(ClientSpan, unsampled["traceparent"], StringComparison.Ordinal);
        var undecided = await AskAsync(http, "/cart/2");
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", undecided["traceparent"]);
        var twice = await AskAsync(http, "/cart/2", "garbage", "vendor=1");
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", twice["traceparent"]);
        Assert.False(twice.ContainsKey("tracestate"));

        // What comes behind them has come: they would have been before it.
        await AskAsync(http, "/cart/3", $"00-{TraceId}-{ClientSpan}-01");
        await _collector.SpanAsync(s => s.Kind == ReceivedSpan.Server && s.Attributes["url.path"] == "/cart/3", gateway);
        Assert.Single(_collector.Spans, s => s.Kind == ReceivedSpan.Server);
    }

    [Fact]
    public async Task Request_RatioOfOne_TracesWhatIsRefusedToo()
    {
        var upstream = await TestUpstream.StartAsync();
        await using var gateway = Start(["--trace-sample-ratio", "1"], [], _collector.GrpcAddress, upstream.Port);
        var http = await ReadyAsync(gateway);
        await _client.GetAsync(http, "/nothing", "shop.test");
        var miss = await _collector.SpanAsync(s => s.Attributes.GetValueOrDefault("url.path") == "/nothing", gateway);
        Assert.Equal(("GET", "", "404", 0), (miss.Name, miss.ParentId, miss.Attributes["http.response.status_code"], miss.Status));
        Assert.False(miss.Attributes.ContainsKey("eventgateway.route"));

        await upstream.DisposeAsync();
        var answer = await _client.GetAsync(http, "/cart/dead", "shop.test");
        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        var failed = await _collector.SpanAsync(s => s.Attributes.GetValueOrDefault("url.path") == "/cart/dead", gateway);
        Assert.Equal((2, "502", "502"), (failed.Status, failed.Attributes["http.response.status_code"], failed.Attributes["error.type"]));
        var attempt = await _collector.SpanAsync(s => s.ParentId == failed.SpanId, gateway);
        Assert.Equal((2, "ConnectionError"), (attempt.Status, attempt.Attributes["error.type"]));
    }

    [Fact]
    public async Task Request_TracingOff_TheClientsHeadersPassUntouched()
    {
        await using var gateway = Start([], new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.GrpcAddress.ToString() }, null);
        var http = await ReadyAsync(gateway);
        var seen = await AskAsync(http, "/cart/42", $"00-{TraceId}-{ClientSpan}-01", "vendor=1", "user=7");
        Assert.Equal(($"00-{TraceId}-{ClientSpan}-01", "vendor=1", "user=7"), (seen["traceparent"], seen["tracestate"], seen["baggage"]));
        Assert.False((await AskAsync(http, "/cart/43")).ContainsKey("traceparent"));
        Assert.Empty(_collector.Spans);
    }

    [Fact]
    public async Task Change_SourceNamesATrace_IsFollowedToTheProxy()
    {
        await using var gateway = Start([], [], _collector.GrpcAddress);
        var http = await ReadyAsync(gateway);
        var manifest = TestManifests.Of("shop", "shop.test", "/basket", _upstream.Port);
        _folder.Write("web.yaml", manifest.Replace("  name: web\n  namespace: shop\nspec:\n  rules", $"  name: web\n  namespace: shop\n  annotations: {{eventgateway.io/traceparent: 00-{TraceId}-{ClientSpan}-01}}\nspec:\n  rules", StringComparison.Ordinal));
        await _client.UntilAsync(http, "/basket", HttpStatusCode.OK, "shop.test");
        var apply = await _collector.SpanAsync(s => s.Kind == ReceivedSpan.Consumer && s.TraceId == TraceId, gateway);
        Assert.Equal(("apply change set", ClientSpan, "shop", "1"), (apply.Name, apply.ParentId, apply.Attributes["eventgateway.workspace"], apply.Attributes["eventgateway.changes.changed"]));
        var stages = _collector.Spans.Where(s => s.ParentId == apply.SpanId).Select(s => s.Name).ToList();
        Assert.Contains("publish routing-table", stages);
        await gateway.LogLineAsync(" 0 added, 1 changed, 0 removed \\(route 1\\): route/shop/web/0.0; seen .* observed->committed .*, committed->read .*, routing-table .*, total ");
    }

    private GatewayProcess Start(string[] arguments, Dictionary<string, string> environment, Uri? collector, int? upstreamPort = null) => GatewayProcess.Start(
        [
            "standalone", "--manifests", _folder.Write("web.yaml", TestManifests.Of("shop", "shop.test", "/cart", upstreamPort ?? _upstream.Port)), "--data", _folder.File("data"),
            .. collector is null ? Array.Empty<string>() : ["--otlp-endpoint", collector.ToString()], .. arguments, .. FreePorts,
        ],
        environment);

    private async Task<Uri> ReadyAsync(GatewayProcess gateway)
    {
        var addresses = await gateway.AddressesAsync();
        await _client.UntilAsync(addresses[2], "/readyz", HttpStatusCode.OK);
        return addresses[0];
    }

    /// <returns>The headers that the upstream has seen.</returns>
    private async Task<Dictionary<string, string>> AskAsync(Uri http, string path, string? parent = null, string? state = null, string? baggage = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(http, path)) { Headers = { Host = "shop.test" } };
        foreach (var (name, value) in new[] { ("traceparent", parent), ("tracestate", state), ("baggage", baggage) })
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        var echo = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        return echo.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name.ToLowerInvariant(), h => h.Value.ToString());
    }

    private static string Lines(IEnumerable<KeyValuePair<string, string>> attributes) => string.Join('\n', attributes.Select(a => $"{a.Key}={a.Value}"));
}
