using System.Net;
using System.Text.Json;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Proxy.Tests.Telemetry;

public sealed class AccessLogTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"eventgateway-access-{Guid.NewGuid():n}.log");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Write_EachRequest_FieldsOfTheContract()
    {
        await using var upstream = await UpstreamServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 201;
            await context.Response.Body.WriteAsync(new byte[1000]);
        });
        await using (var gateway = await StartAsync())
        {
            var log = gateway.Log();
            log.Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"));
            log.Put(Config.Route("r", "shop.example", "/a"));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/a%20b/../a/\"x\"?q=1")
            {
                Headers = { Host = "shop.example" },
                Content = new ByteArrayContent(new byte[50]),
            };
            request.Headers.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            using var response = await gateway.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            Assert.Equal(1000, (await response.Content.ReadAsByteArrayAsync()).Length);
            await gateway.GetTextAsync("nobody.example");
            await gateway.StopAsync();
        }

        var lines = await File.ReadAllLinesAsync(_file);
        Assert.Equal(2, lines.Length);
        var line = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(
            "time method scheme host path query status bytesIn bytesOut durationMs upstreamMs attempts clientIp workspace route backend endpoint position requestId traceId protocol",
            string.Join(' ', line.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(
            """POST http shop.example /a/"x" ?q=1 201 50 1000 127.0.0.1 shop route/ns/r/0 backend/ns/echo/80 test/shop@2""",
            string.Join(' ', new[] { "method", "scheme", "host", "path", "query", "status", "bytesIn", "bytesOut", "clientIp", "workspace", "route", "backend", "position" }.Select(n => line.GetProperty(n).ToString())));
        Assert.Equal($"127.0.0.1:{upstream.Port}", line.GetProperty("endpoint").GetString());
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", line.GetProperty("traceId").GetString());
        Assert.InRange(line.GetProperty("upstreamMs").GetDouble(), 0, line.GetProperty("durationMs").GetDouble());
        var miss = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal(404, miss.GetProperty("status").GetInt32());
        Assert.All(new[] { "workspace", "route", "backend", "endpoint", "position", "upstreamMs", "attempts" }, n => Assert.Equal(JsonValueKind.Null, miss.GetProperty(n).ValueKind));
    }

    [Fact]
    public async Task Write_ManyRequestsAtOnce_WholeLinesOnly()
    {
        await using (var gateway = await StartAsync())
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i => gateway.GetTextAsync("x", $"/{i}")));
            await gateway.StopAsync();
        }

        var paths = (await File.ReadAllLinesAsync(_file)).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("path").GetString()).Order();
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"/{i}").Order(), paths);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_LinesQueued_AreWritten(bool isHostOutOfPatience)
    {
        const int Lines = 12_000;
        var options = new ProxyOptions { AccessLog = _file };
        using (var log = new AccessLog(options, new ProxyMetrics(options), TimeProvider.System, NullLogger<AccessLog>.Instance))
        {
            await log.StartAsync(CancellationToken.None);
            for (var i = 0; i < Lines; i++)
            {
                log.Write(new AccessLogEntry
                {
                    Time = Config.Epoch, Protocol = "HTTP/1.1", Method = "GET", Scheme = "http", Host = "x", Path = $"/{i}", Query = "", ClientIp = "127.0.0.1", RequestId = "",
                    TraceId = "",
                });
            }

            await log.StopAsync(new CancellationToken(isHostOutOfPatience));
        }

        var paths = (await File.ReadAllLinesAsync(_file)).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("path").GetString());
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"/{i}"), paths);
    }

    [Fact]
    public void File_CopiedAndCut_GoesOnAtItsBeginning()
    {
        using var file = new AccessLogFile(_file, TimeProvider.System);
        file.Write("one\n"u8);
        using (var other = new FileStream(_file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(0);
        }

        file.Write("two\n"u8);
        Assert.Equal("two\n", File.ReadAllText(_file));
    }

    [Fact]
    public void File_OfTwoProcesses_HasWhatBothWrite()
    {
        File.WriteAllText(_file, "before\n");
        using var one = new AccessLogFile(_file, TimeProvider.System);
        using var two = new AccessLogFile(_file, TimeProvider.System);
        one.Write("one\n"u8);
        two.Write("two\n"u8);
        one.Write("three\n"u8);
        Assert.Equal("before\none\ntwo\nthree\n", File.ReadAllText(_file));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void File_Renamed_GoesOnInANewOneUnderTheOldName(bool isMadeByTheOther)
    {
        Assert.SkipWhen(isMadeByTheOther && !OperatingSystem.IsLinux(), "only Linux tells what an open file is called now");
        var old = _file + ".1";
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        try
        {
            using var file = new AccessLogFile(_file, time);
            file.Write("one\n"u8);
            File.Move(_file, old);
            if (isMadeByTheOther)
            {
                File.Create(_file).Dispose();
            }

            file.Write("two\n"u8);
            time.Advance(TimeSpan.FromSeconds(1));
            file.Write("three\n"u8);
            Assert.Equal(("one\ntwo\n", "three\n"), (File.ReadAllText(old), File.ReadAllText(_file)));
        }
        finally
        {
            File.Delete(old);
        }
    }

    private Task<GatewayHost> StartAsync() =>
        GatewayHost.StartAsync(o => new ProxyOptions { HttpPort = 0, HttpsPort = 0, StatusPort = 0, Bind = IPAddress.Loopback, AccessLog = _file });
}
