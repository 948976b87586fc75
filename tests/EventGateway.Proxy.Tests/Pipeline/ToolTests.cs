using System.Globalization;
using System.Text.RegularExpressions;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>Programs that others wrote, in front of the gateway and behind it.</summary>
public sealed class ToolTests
{
    [Theory]
    [InlineData("--http1.1", false, "HTTP/1.1 200")]
    [InlineData("--http2-prior-knowledge", false, "HTTP/2 200")]
    [InlineData("--http2", false, "HTTP/1.1 200")]
    [InlineData("--http2", true, "HTTP/2 200")]
    [InlineData("--http1.1", true, "HTTP/1.1 200")]
    public async Task Curl_EachProtocol_BodyIsEchoed(string flag, bool isTls, string expected)
    {
        await using var upstream = await UpstreamServer.StartAsync(context => context.Request.Body.CopyToAsync(context.Response.Body));
        await using var gateway = await StartAsync(upstream.Port);
        var url = isTls ? $"https://127.0.0.1:{gateway.HttpsPort}/" : $"http://127.0.0.1:{gateway.HttpPort}/";
        Assert.Matches($"{Regex.Escape(expected)}[^\0]*hello", await Tool.RunAsync("curl", "-sSik", flag, "-d", "hello", url));
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2-prior-knowledge")]
    public async Task Curl_ExpectAndChunkedUpload_Whole(string flag)
    {
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            var count = 0L;
            var buffer = new byte[64 * 1024];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and var read)
            {
                count += read;
            }

            await context.Response.WriteAsync($"got {count}");
        });
        await using var gateway = await StartAsync(upstream.Port);
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[3_000_000]);
        try
        {
            var url = $"http://127.0.0.1:{gateway.HttpPort}/";
            Assert.Contains("got 3000000", await Tool.RunAsync("curl", "-sSi", flag, "-H", "Expect: 100-continue", "--data-binary", $"@{file}", url), StringComparison.Ordinal);
            Assert.Contains("got 3000000", await Tool.RunAsync("curl", "-sSi", flag, "-H", "Transfer-Encoding: chunked", "-T", file, url), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Nghttp_H2cAndTls_TrailersAndStatus()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n");
        await using var gateway = await StartAsync(upstream.Port);
        foreach (var url in new[] { $"http://127.0.0.1:{gateway.HttpPort}/", $"https://127.0.0.1:{gateway.HttpsPort}/" })
        {
            var output = await Tool.RunAsync("nghttp", "-nv", "--no-verify-peer", url);
            Assert.Contains(":status: 200", output, StringComparison.Ordinal);
            Assert.Contains("x-sum: 42", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false, "h2c")]
    [InlineData(true, "h2")]
    public async Task H2load_ManyStreams_NoneFails(bool isTls, string protocol)
    {
        await using var upstream = await UpstreamServer.NamedAsync("ok");
        await using var gateway = await StartAsync(upstream.Port);
        var url = isTls ? $"https://127.0.0.1:{gateway.HttpsPort}/" : $"http://127.0.0.1:{gateway.HttpPort}/";
        var output = await Tool.RunAsync("h2load", "-n", "2000", "-c", "4", "-m", "50", url);
        Assert.Contains($"Application protocol: {protocol}", output, StringComparison.Ordinal);
        Assert.Contains("2000 succeeded, 0 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nghttpd_AsH2cUpstream_Serves()
    {
        var port = GatewayHost.FreePort();
        var folder = Directory.CreateTempSubdirectory("eg-nghttpd").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "from nghttpd");
        using var process = Tool.Start("nghttpd", "--no-tls", "-d", folder, port.ToString(CultureInfo.InvariantCulture));
        try
        {
            await using var gateway = await GatewayHost.StartAsync();
            gateway.Log().Put(Config.Endpoints("echo", port), Config.Backend("echo") with { Protocol = Core.Model.UpstreamProtocol.H2c }, Config.Route("r", null, "/"));
            await TestKit.Processes.Eventually.HoldsAsync(async () => await gateway.GetTextAsync("x", "/a.txt") == "from nghttpd", "nghttpd to answer", [], TimeSpan.FromSeconds(20));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Nginx_AsUpstream_KeepAliveGzipRangesAndConditions()
    {
        await using var nginx = await NginxServer.StartAsync();
        await using var gateway = await StartAsync(nginx.Port);
        var url = $"http://127.0.0.1:{gateway.HttpPort}";
        Assert.Matches("HTTP/1.1 206 [^\0]*Content-Range: bytes 7-13/140000[^\0]*     1\n$", await Tool.RunAsync("curl", "-sSi", "-r", "7-13", $"{url}/file.txt"));
        Assert.Contains("Content-Encoding: gzip", await Tool.RunAsync("curl", "-sSI", "-H", "Accept-Encoding: gzip", $"{url}/file.txt"), StringComparison.Ordinal);
        Assert.Equal(140_000, (await Tool.RunAsync("curl", "-sS", "--compressed", $"{url}/file.txt")).Length);
        var etag = Regex.Match(await Tool.RunAsync("curl", "-sSI", $"{url}/file.txt"), "ETag: (\\S+)").Groups[1].Value;
        Assert.StartsWith("HTTP/1.1 304 ", await Tool.RunAsync("curl", "-sSi", "-H", $"If-None-Match: {etag}", $"{url}/file.txt"), StringComparison.Ordinal);

        // nginx closes a connection after 5 requests; none is lost at such a seam.
        for (var i = 0; i < 23; i++)
        {
            Assert.Matches("^\\d+ \\d HTTP/1.1$", await gateway.GetTextAsync("x", "/connection"));
        }
    }

    [Fact]
    public async Task Browser_WebSocketAndServerSentEvents_Work()
    {
        var report = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await UpstreamServer.StartAsync(context => ServePageAsync(context, report));
        await using var gateway = await StartAsync(upstream.Port);
        var profile = Directory.CreateTempSubdirectory("eg-chromium").FullName;
        using var browser = Tool.Start(
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage",
            "--remote-debugging-port=0", $"--user-data-dir={profile}", $"http://127.0.0.1:{gateway.HttpPort}/");
        browser.OutputDataReceived += static (_, _) => { };
        browser.ErrorDataReceived += static (_, _) => { };
        browser.BeginOutputReadLine();
        browser.BeginErrorReadLine();
        try
        {
            Assert.Equal("?hello from the page+event0+event1+event2", Uri.UnescapeDataString(await report.Task.WaitAsync(TimeSpan.FromSeconds(90))));
        }
        finally
        {
            browser.Kill(entireProcessTree: true);
            await browser.WaitForExitAsync();
        }
    }

    private static async Task ServePageAsync(HttpContext context, TaskCompletionSource<string> report)
    {
        switch (context.Request.Path.Value)
        {
            case "/socket":
                await FrontProtocolTests.EchoAsync(context);
                break;
            case "/events":
                context.Response.ContentType = "text/event-stream";
                for (var i = 0; i < 3; i++)
                {
                    await context.Response.WriteAsync($"data: event{i}\n\n");
                }

                // Only what is sent at once comes: the stream does not end.
                await context.Response.Body.FlushAsync();
                var left = new TaskCompletionSource();
                await using (context.RequestAborted.Register(left.SetResult))
                {
                    await left.Task;
                }

                break;
            case "/report":
                report.TrySetResult(context.Request.QueryString.Value!);
                break;
            default:
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("""
                    <script>
                    const seen = [];
                    const socket = new WebSocket(`ws://${location.host}/socket`);
                    socket.onopen = () => socket.send("hello from the page");
                    socket.onmessage = m => {
                      seen.push(m.data);
                      const events = new EventSource("/events");
                      events.onmessage = e => { seen.push(e.data); if (seen.length == 4) { events.close(); fetch("/report?" + encodeURIComponent(seen.join("+"))); } };
                    };
                    </script>
                    """);
                break;
        }
    }

    private static async Task<GatewayHost> StartAsync(int upstreamPort)
    {
        var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstreamPort), Config.Backend("echo"), Config.Route("r", null, "/"));
        return gateway;
    }
}
