using System.Net;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>
/// Requests that two parsers could read differently. Each is either refused, or reaches the upstream as exactly one request with a framing
/// of the gateway's own; a second request inside the first never does.
/// </summary>
public sealed class FramingAbuseTests : IAsyncLifetime
{
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    private readonly RawUpstream _upstream = new();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync();
        _gateway.Log().Put(Config.Endpoints("echo", _upstream.Port), Config.Backend("echo"), Config.Route("r", "x", "/"), Config.Route("other", "other.example", "/", "none"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("Content-Length: 4\r\nContent-Length: 5\r\n", "0123")]
    [InlineData("Content-Length: 4, 5\r\n", "0123")]
    [InlineData("Content-Length: -4\r\n", "0123")]
    [InlineData("Content-Length: 0x4\r\n", "0123")]
    [InlineData("Content-Length: 4 4\r\n", "0123")]
    [InlineData("Content-Length: \r\n", "0123")]
    [InlineData("Content-Length: 99999999999999999999\r\n", "0123")]
    [InlineData("Content-Length : 4\r\n", "0123")]
    [InlineData("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: \u000bchunked\r\n", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")]
    [InlineData("X: a\r\n folded\r\n", "")]
    [InlineData("X: a\rb\r\n", "")]
    [InlineData("X: a\0b\r\n", "")]
    [InlineData("X\r\n", "")]
    [InlineData(": a\r\n", "")]
    [InlineData("Host: y\r\n", "")]
    [InlineData("Transfer-Encoding: chunked\r\n", "ffffffffffffffff1\r\na\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "-1\r\na\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", " 1\r\na\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "\r\n\r\n")]
    public async Task Ambiguous_RefusedAndNothingBehindItIsServed(string headers, string body)
    {
        var answer = await ExchangeAsync($"POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}{Smuggled}");
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.Single(Statuses(answer));
        Assert.DoesNotContain(_upstream.Heads, h => h.Contains("smuggled", StringComparison.Ordinal));
        await InnocentAsync();
    }

    [Theory]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 300\r\n", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: Chunked\r\n", "3;name=value\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n")]
    public async Task ChunkedAndLength_ChunksCountAndTheUpstreamSeesOneFraming(string headers, string body)
    {
        var answer = await ExchangeAsync($"POST /first HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n{body}");
        var status = Assert.Single(Statuses(answer));
        if (status == 400)
        {
            return;
        }

        Assert.Equal(200, status);
        var lines = _upstream.Heads.First().Split("\r\n");
        var framings = lines.Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) || l.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.Equal("Transfer-Encoding: chunked", Assert.Single(framings));
    }

    // The server's own parser lets these two through. What goes on is one request, in the gateway's own words.
    [Fact]
    public async Task LengthWithASign_TheUpstreamSeesItWithout()
    {
        var answer = await ExchangeAsync("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: +4\r\n\r\n0123");
        Assert.Equal(200, Assert.Single(Statuses(answer)));
        Assert.Equal("4", _upstream.Header("Content-Length"));
    }

    [Fact]
    public async Task HeaderNameThatIsNone_StaysHere()
    {
        var answer = await ExchangeAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX(y): a\r\n\r\n");
        Assert.Equal(200, Assert.Single(Statuses(answer)));
        Assert.DoesNotContain("X(y)", _upstream.Heads.Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\nHost: x\nConnection: close\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\nX: y\r\nConnection: close\r\n\r\n")]
    public async Task BareLineFeed_RefusedOrReadAsOneLine(string request)
    {
        var answer = await ExchangeAsync(request);
        var status = Assert.Single(Statuses(answer));
        Assert.True(status is 200 or 400, answer);
        if (status == 200)
        {
            Assert.DoesNotContain('\n', _upstream.Heads.Last().Replace("\r\n", "", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("GET http://x/a HTTP/1.1\r\nHost: x\r\n", 200)]
    [InlineData("GET http://x/a HTTP/1.1\r\nHost: other.example\r\n", 400)]
    [InlineData("GET http://other.example/a HTTP/1.1\r\nHost: x\r\n", 400)]
    [InlineData("GET http://x@other.example/a HTTP/1.1\r\nHost: x\r\n", 400)]
    [InlineData("CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n", 404)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\n", 404)]
    [InlineData("GET //x/../../a HTTP/1.1\r\nHost: x\r\n", 200)]
    [InlineData("GET /a\u0080b HTTP/1.1\r\nHost: x\r\n", 400)]
    [InlineData("GET /a b HTTP/1.1\r\nHost: x\r\n", 400)]
    [InlineData("GET /a%00b HTTP/1.1\r\nHost: x\r\n", 400)]
    [InlineData("GET /a HTTP/1.1\r\nHost: x y\r\n", 400)]
    [InlineData("GET /a HTTP/1.1\r\nHost: x/../y\r\n", 400)]
    [InlineData("G=T /a HTTP/1.1\r\nHost: x\r\n", 400)]
    public async Task Target_OneHostAndOnePath_OrRefused(string head, int status)
    {
        var answer = await ExchangeAsync($"{head}Connection: close\r\n\r\n");
        Assert.Equal(status, Assert.Single(Statuses(answer)));
    }

    [Theory]
    [InlineData("Connection: X-Secret, x-other\r\nX-Secret: 1\r\n", "X-Secret")]
    [InlineData("Connection: X-Forwarded-Proto-Version\r\nX-Forwarded-Proto-Version: 1\r\n", "X-Forwarded-Proto-Version")]
    [InlineData("Connection: close\r\nKeep-Alive: timeout=5\r\n", "Keep-Alive")]
    [InlineData("Connection: close\r\nProxy-Connection: keep-alive\r\n", "Proxy-Connection")]
    [InlineData("TE: gzip\r\nConnection: close, TE\r\n", "Connection")]
    public async Task HopByHopHeaders_StayWithTheHop(string headers, string gone)
    {
        await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        await client.ReadUntilAsync("ok");
        Assert.Null(_upstream.Header(gone));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello")]
    [InlineData("HTTP/1.1 2000 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nX y: 1\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/9.9 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task UpstreamsAnswerIsBroken_502OrCutOff_OthersGoOn(string broken)
    {
        await using var bad = new RawUpstream(broken);
        var log = _gateway.Log("bad");
        log.Put(Config.Endpoints("bad", bad.Port), Config.Backend("bad"), Config.Route("bad", "bad.example", "/", "bad"));
        var answer = await RawClient.ExchangeAsync(_gateway.HttpPort, "GET / HTTP/1.1\r\nHost: bad.example\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 502 ", answer, StringComparison.Ordinal);
        await InnocentAsync();
    }

    [Fact]
    public async Task UpstreamsAnswer_MoreThanItsLength_NextRequestGetsItsOwn()
    {
        await using var bad = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        _gateway.Log("bad").Put(Config.Endpoints("bad", bad.Port), Config.Backend("bad"), Config.Route("bad", "bad.example", "/", "bad"));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("ok", await _gateway.GetTextAsync("bad.example"));
        }
    }

    [Fact]
    public async Task UpstreamsHeaders_Endless_502()
    {
        await using var bad = new RawUpstream($"HTTP/1.1 200 OK\r\nX: {new string('a', 2 * 1024 * 1024)}\r\nContent-Length: 0\r\n\r\n");
        _gateway.Log("bad").Put(Config.Endpoints("bad", bad.Port), Config.Backend("bad"), Config.Route("bad", "bad.example", "/", "bad"));
        using var response = await _gateway.GetAsync("bad.example");
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        await InnocentAsync();
    }

    private static IReadOnlyList<int> Statuses(string answer) =>
        [.. answer.Split("\r\n").Where(l => l.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)).Select(l => int.Parse(l.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture))];

    private async Task<string> ExchangeAsync(string request)
    {
        await using var client = await RawClient.ConnectAsync(_gateway.HttpPort);
        await client.SendAsync(request);
        return await client.ReadToEndAsync();
    }

    private async Task InnocentAsync() => Assert.Equal("ok", await _gateway.GetTextAsync("x", "/innocent"));
}
