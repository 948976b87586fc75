using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using EventGateway.Tests.Processes;

namespace EventGateway.Tests.Tracing;

/// <summary>A collector that does not do its part costs spans, which are counted, and nothing else.</summary>
public sealed class CollectorFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GatewayClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Collector_RefusesAndRecovers_LossIsCountedAndSaidOnce()
    {
        await using var upstream = await TestUpstream.StartAsync();
        await using var collector = await TraceCollector.StartAsync();
        collector.IsRefusing = true;
        await using var gateway = Start(collector.HttpAddress, upstream.Port);
        var (http, status) = await ReadyAsync(gateway);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(http, "/cart", "shop.test")).Status);
        }

        await GatewayProcess.EventuallyAsync(() => Metric(status, "eventgateway_trace_spans_dropped_total{reason=\"collector\"}") >= 40 ? "yes" : null, () => "spans were lost and not counted");
        await _client.GetAsync(http, "/cart", "shop.test");
        await gateway.LogLineAsync("The trace collector .* does not take spans");
        collector.IsRefusing = false;
        await _client.GetAsync(http, "/cart/after", "shop.test");
        await collector.SpanAsync(s => s.Attributes.GetValueOrDefault("url.path") == "/cart/after", gateway);
        await gateway.LogLineAsync("takes spans again; [0-9]+ were lost so far");
        Assert.Single(gateway.Error, l => l.Contains("does not take spans", StringComparison.Ordinal));
        Assert.True(Metric(status, "eventgateway_trace_spans_exported_total") > 0);
    }

    [Fact]
    public async Task Collector_TakesTheConnectionAndIsSilent_QueueIsBoundedAndRequestsAreServed()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var upstream = await TestUpstream.StartAsync();
        await using var gateway = Start(new Uri($"http://{silent.LocalEndpoint}"), upstream.Port);
        var (http, status) = await ReadyAsync(gateway);
        await Parallel.ForEachAsync(Enumerable.Range(0, 4000), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (_, _) =>
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(http, "/cart", "shop.test")).Status));
        Assert.True(Metric(status, "eventgateway_trace_spans_dropped_total{reason=\"queue\"}") > 0);
        Assert.InRange(Metric(status, "eventgateway_trace_spans_queued"), 1, 4096);
        Assert.Equal(0, Metric(status, "eventgateway_trace_spans_exported_total"));

        // Nor does the end wait for it.
        gateway.Signal("TERM");
        Assert.Equal(143, await gateway.ExitAsync());
    }

    private GatewayProcess Start(Uri collector, int upstreamPort) => GatewayProcess.Start(
    [
        "standalone", "--manifests", _folder.Write("web.yaml", TestManifests.Of("shop", "shop.test", "/cart", upstreamPort)), "--data", _folder.File("data"),
        "--otlp-endpoint", collector.ToString(), "--otlp-protocol", "http/protobuf", "--trace-sample-ratio", "1",
        "--http-port", "0", "--https-port", "0", "--status-port", "0", "--bind", "127.0.0.1",
    ]);

    private async Task<(Uri Http, Uri Status)> ReadyAsync(GatewayProcess gateway)
    {
        var addresses = await gateway.AddressesAsync();
        await _client.UntilAsync(addresses[2], "/readyz", HttpStatusCode.OK);
        return (addresses[0], addresses[2]);
    }

    private double Metric(Uri status, string series)
    {
        var text = _client.GetAsync(status, "/metrics").GetAwaiter().GetResult().Body;
        return double.Parse(Regex.Match(text, $"^{Regex.Escape(series)} (.*)$", RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
