using System.Net;
using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>Who the client is, by whose word.</summary>
public sealed class RealIpTests
{
    private const string Trusted = "127.0.0.0/8";

    [Theory]
    [InlineData("", RealIpHeader.XForwardedFor, false, "X-Forwarded-For: 203.0.113.7", "127.0.0.1", "203.0.113.7, 127.0.0.1")]
    [InlineData(Trusted, RealIpHeader.XForwardedFor, false, "X-Forwarded-For: 203.0.113.7", "203.0.113.7", "203.0.113.7, 127.0.0.1")]
    [InlineData(Trusted, RealIpHeader.XForwardedFor, false, "X-Forwarded-For: 203.0.113.7, 10.0.0.9", "10.0.0.9", "203.0.113.7, 10.0.0.9, 127.0.0.1")]
    [InlineData(Trusted + ",10.0.0.0/8", RealIpHeader.XForwardedFor, true, "X-Forwarded-For: 1.2.3.4, 203.0.113.7, 10.0.0.9", "203.0.113.7", "1.2.3.4, 203.0.113.7, 10.0.0.9, 127.0.0.1")]
    [InlineData(Trusted + ",10.0.0.0/8", RealIpHeader.XForwardedFor, true, "X-Forwarded-For: 10.0.0.8, 10.0.0.9", "10.0.0.8", "10.0.0.8, 10.0.0.9, 127.0.0.1")]
    [InlineData(Trusted + ",10.0.0.0/8", RealIpHeader.XForwardedFor, true, "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 10.0.0.9", "203.0.113.7", "203.0.113.7,10.0.0.9, 127.0.0.1")]
    [InlineData(Trusted, RealIpHeader.XForwardedFor, true, "X-Forwarded-For: [2001:db8::7]:4711", "2001:db8::7", "[2001:db8::7]:4711, 127.0.0.1")]
    [InlineData(Trusted, RealIpHeader.XForwardedFor, true, "X-Forwarded-For: unknown", "127.0.0.1", "unknown, 127.0.0.1")]
    [InlineData(Trusted, RealIpHeader.XForwardedFor, true, "X-Other: 1", "127.0.0.1", "127.0.0.1")]
    [InlineData(Trusted, RealIpHeader.XRealIp, false, "X-Real-IP: 203.0.113.7\r\nX-Forwarded-For: 9.9.9.9", "203.0.113.7", "9.9.9.9, 127.0.0.1")]
    [InlineData("", RealIpHeader.XRealIp, false, "X-Real-IP: 203.0.113.7", "127.0.0.1", "127.0.0.1")]
    public async Task Client_ByHeaderAndTrust(string trusted, RealIpHeader header, bool recursive, string sent, string client, string forwardedFor)
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await StartAsync(upstream, trusted, header, recursive);
        var answer = await RawClient.ExchangeAsync(gateway.HttpPort, $"GET / HTTP/1.1\r\nHost: x\r\n{sent}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal((client, forwardedFor), (upstream.Header("X-Real-IP"), upstream.Header("X-Forwarded-For")));
    }

    [Theory]
    [InlineData(Trusted, "X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Port: 8443", "https", "shop.example", "8443")]
    [InlineData(Trusted, "X-Forwarded-Proto: HTTPS", "https", "x", "443")]
    [InlineData(Trusted, "X-Forwarded-Proto: https, http", "http", "x", "80")]
    [InlineData(Trusted, "X-Forwarded-Proto: gopher", "http", "x", "80")]
    [InlineData("", "X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Port: 8443", "http", "x", "80")]
    public async Task ProtoHostAndPort_OfATrustedPeerAreKept_OfOthersReplaced(string trusted, string sent, string proto, string host, string port)
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await StartAsync(upstream, trusted, RealIpHeader.XForwardedFor, false);
        await RawClient.ExchangeAsync(gateway.HttpPort, $"GET / HTTP/1.1\r\nHost: x\r\n{sent}\r\nConnection: close\r\n\r\n");
        Assert.Equal((proto, host, port), (upstream.Header("X-Forwarded-Proto"), upstream.Header("X-Forwarded-Host"), upstream.Header("X-Forwarded-Port")));
        Assert.Equal("x", upstream.Header("Host"));
    }

    [Theory]
    [InlineData(Trusted, "https", 200)]
    [InlineData(Trusted, "http", 301)]
    [InlineData("10.0.0.0/8", "https", 301)]
    public async Task HttpsOnlyRoute_BehindATerminatingProxy_ByItsWord(string trusted, string proto, int status)
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await StartAsync(upstream, trusted, RealIpHeader.XForwardedFor, false);
        gateway.Log().Put(
            Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/") with { Protocols = RouteProtocols.Https, HttpsRedirectStatus = 301 });
        var answer = await RawClient.ExchangeAsync(gateway.HttpPort, $"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: {proto}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    private static async Task<GatewayHost> StartAsync(RawUpstream upstream, string trusted, RealIpHeader header, bool recursive)
    {
        var gateway = await GatewayHost.StartAsync(o => new ProxyOptions
        {
            HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind,
            Trust = new ClientTrust { Ranges = [.. trusted.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => IPNetwork.Parse(r))], Header = header, IsRecursive = recursive },
        });
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"));
        return gateway;
    }
}
