using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Pipeline;

public sealed class HeaderTests
{
    [Fact]
    public async Task Forward_PreserveHost_ClientsHostAndForwardedHeaders()
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await StartAsync(upstream, Config.Route("r", null, "/"));
        await RawClient.ExchangeAsync(
            gateway.HttpPort,
            "GET / HTTP/1.1\r\nHost: Shop.example:8000\r\nX-Forwarded-For: 9.9.9.9\r\nX-Real-IP: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /evil\r\nX-Own: a\r\nX-Own: b\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\r\n");
        Assert.Equal("Shop.example:8000", upstream.Header("Host"));
        Assert.Equal("9.9.9.9, 127.0.0.1", upstream.Header("X-Forwarded-For"));
        Assert.Equal("127.0.0.1", upstream.Header("X-Real-IP"));
        Assert.Equal("http", upstream.Header("X-Forwarded-Proto"));
        Assert.Equal("Shop.example", upstream.Header("X-Forwarded-Host"));
        Assert.Equal("8000", upstream.Header("X-Forwarded-Port"));
        Assert.Null(upstream.Header("X-Forwarded-Prefix"));
        Assert.Contains("X-Own: a", upstream.Heads.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_ConnectionNamesWhatIsNoHeaderOrOneOfTheBody_PassesOn()
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await StartAsync(upstream, Config.Route("r", null, "/"));
        var answer = await RawClient.ExchangeAsync(
            gateway.HttpPort,
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close, a b, Content-Language, content-length, X-Absent\r\nContent-Language: de\r\nContent-Length: 3\r\n\r\nabc");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal("3", upstream.Header("Content-Length"));
    }

    [Fact]
    public async Task Forward_HostNotPreserved_EndpointsOwn()
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await StartAsync(upstream, Config.Route("r", null, "/a%20b") with { PreserveHost = false, StripPath = true, Matches = [new RouteMatch(new PathMatch(PathMatchType.Prefix, "/a b"))] });
        await RawClient.ExchangeAsync(gateway.HttpPort, "GET /a%20b/c HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
        Assert.Equal($"127.0.0.1:{upstream.Port}", upstream.Header("Host"));
        Assert.Equal("80", upstream.Header("X-Forwarded-Port"));
        Assert.Equal("/a%20b", upstream.Header("X-Forwarded-Prefix"));
        Assert.Equal("127.0.0.1", upstream.Header("X-Forwarded-For"));
    }

    [Fact]
    public async Task Answer_OfTheUpstream_PassesUntouched()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 404 Nothing Here\r\nServer: nginx/1\r\nX-A: 1\r\nX-A: 2\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nSet-Cookie: a=b\r\nContent-Encoding: gzip\r\nLocation: /x\r\nContent-Length: 3\r\n\r\nabc");
        await using var gateway = await StartAsync(upstream, Config.Route("r", null, "/"));
        var answer = await RawClient.ExchangeAsync(gateway.HttpPort, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404 Nothing Here\r\n", answer, StringComparison.Ordinal);
        foreach (var line in new[] { "Server: nginx/1", "X-A: 1", "X-A: 2", "Date: Thu, 01 Jan 1970 00:00:00 GMT", "Set-Cookie: a=b", "Content-Encoding: gzip", "Location: /x", "Content-Length: 3" })
        {
            Assert.Contains(line + "\r\n", answer, StringComparison.Ordinal);
        }

        Assert.EndsWith("\r\n\r\nabc", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_RedirectOfTheUpstream_IsNotFollowed()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
        await using var gateway = await StartAsync(upstream, Config.Route("r", null, "/"));
        using var response = await gateway.GetAsync("x");
        Assert.Equal(302, (int)response.StatusCode);
        Assert.Single(upstream.Heads);
    }

    private static async Task<GatewayHost> StartAsync(RawUpstream upstream, Route route)
    {
        var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), route);
        return gateway;
    }
}
