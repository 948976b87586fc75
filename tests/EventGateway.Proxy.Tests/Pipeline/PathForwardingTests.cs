using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>What path the upstream sees, to the byte.</summary>
public sealed class PathForwardingTests
{
    [Theory]
    [InlineData("/", "/", "/")]
    [InlineData("/", "/a?b=c", "/a?b=c")]
    [InlineData("/", "/?", "/?")]
    [InlineData("/", "/a//b/", "/a//b/")]
    [InlineData("/", "/%61%2Fb%20c%25?q=%41+%zz", "/%61%2Fb%20c%25?q=%41+%zz")]
    [InlineData("/", "/%c3%a9%C3%A9", "/%c3%a9%C3%A9")]
    [InlineData("/", "/a|b\"<>^`{}\\", "/a|b\"<>^`{}\\")]
    [InlineData("/", "/%ff%fe", "/%ff%fe")]
    [InlineData("/", "/a/../b", "/b")]
    [InlineData("/", "/a/%2e%2e/b%20", "/b%20")]
    [InlineData("/public", "/public/x/../%252e%252e/admin", "/public/%252e%252e/admin")]
    [InlineData("/public", "/public/x/%2E%2e/%25%32e%252E/admin", "/public/%25%32e%252E/admin")]
    [InlineData("/", "/x/../a%2Fb%c3%a9|%ff%zz", "/a%2Fb%c3%a9|%ff%zz")]
    [InlineData("/", "/../a/./b//../c/.", "/a/b/c/")]
    [InlineData("/", "/a%2F../b/x/..", "/a%2F../b/")]
    [InlineData("/", "/a/...%2e/.b/..", "/a/...%2e/")]
    [InlineData("/", "/a;x=1,2/b@c:d&e=f", "/a;x=1,2/b@c:d&e=f")]
    [InlineData("/", "/a?x=http://h/../y&z=%2F..", "/a?x=http://h/../y&z=%2F..")]
    [InlineData("/api", "/api", "/api")]
    public async Task Forward_PathKept_ByteForByte(string route, string sent, string expected) => await CheckAsync(Config.Route("r", null, route), "", sent, expected);

    [Theory]
    [InlineData(PathMatchType.Prefix, "/api", "/api", "/")]
    [InlineData(PathMatchType.Prefix, "/api", "/api/", "/")]
    [InlineData(PathMatchType.Prefix, "/api", "/api/a%2Fb?x=%20", "/a%2Fb?x=%20")]
    [InlineData(PathMatchType.Prefix, "/api", "/%61pi/%62", "/%62")]
    [InlineData(PathMatchType.Prefix, "/api", "/api//x", "//x")]
    [InlineData(PathMatchType.Prefix, "/api", "/x/../api/y%20z", "/y%20z")]
    [InlineData(PathMatchType.Prefix, "/api", "/api/../api/z", "/z")]
    [InlineData(PathMatchType.Prefix, "/api", "/api?x", "/?x")]
    [InlineData(PathMatchType.Prefix, "/", "/a", "/a")]
    [InlineData(PathMatchType.Prefix, "/é", "/%C3%A9/x", "/x")]
    [InlineData(PathMatchType.Prefix, "/a%2Fb", "/a%2Fb/c", "/c")]
    [InlineData(PathMatchType.Exact, "/api", "/api?x=1", "/?x=1")]
    [InlineData(PathMatchType.StartsWith, "/ap", "/api/x", "/i/x")]
    [InlineData(PathMatchType.StartsWith, "/api/", "/api/x", "/x")]
    [InlineData(PathMatchType.Regex, "/v[0-9]+/", "/v12/x%20", "/x%20")]
    [InlineData(PathMatchType.Regex, "/v[0-9]+", "/v12x", "/x")]
    [InlineData(PathMatchType.Regex, "/.*", "/v12/x", "/")]
    public async Task Forward_StripPath_RemovesWhatMatched(PathMatchType type, string route, string sent, string expected) =>
        await CheckAsync(Config.Route("r", null, route, type: type) with { StripPath = true }, "", sent, expected);

    [Theory]
    [InlineData("/base", false, "/api/x", "/base/api/x")]
    [InlineData("/base/", false, "/api/x", "/base/api/x")]
    [InlineData("/", false, "/api/x", "/api/x")]
    [InlineData("/base", true, "/api/x", "/base/x")]
    [InlineData("/base", true, "/api/", "/base/")]
    [InlineData("/base", true, "/api?q", "/base?q")]
    public async Task Forward_PathPrefix_Joined(string prefix, bool strip, string sent, string expected) =>
        await CheckAsync(Config.Route("r", null, "/api") with { StripPath = strip }, prefix, sent, expected);

    [Fact]
    public async Task Forward_AbsoluteTarget_PathOnly()
    {
        await CheckAsync(Config.Route("r", null, "/api") with { StripPath = true }, "", "http://x.example/api/a%20b?c", "/a%20b?c");
        await CheckAsync(Config.Route("r", null, "/"), "", "http://x.example?c", "/?c");
    }

    [Fact]
    public async Task Forward_ControlCharacterInTarget_IsRefused()
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"));
        var answer = await RawClient.ExchangeAsync(gateway.HttpPort, "GET /a\tb HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Empty(upstream.Heads);
    }

    // The target's own parser decodes "%2F" of an absolute target, that of a path does not.
    [Theory]
    [InlineData("http://x.example/a%2Fb")]
    [InlineData("http://x.example/a/../b%2F%252e%252e")]
    public async Task Forward_TargetThatIsNotWhatWasMatched_IsRefused(string target)
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"));
        var answer = await RawClient.ExchangeAsync(gateway.HttpPort, $"GET {target} HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Empty(upstream.Heads);
    }

    private static async Task CheckAsync(Route route, string prefix, string sent, string expected)
    {
        await using var upstream = new RawUpstream();
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { PathPrefix = prefix }, route);
        var answer = await RawClient.ExchangeAsync(gateway.HttpPort, $"GET {sent} HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal($"GET {expected} HTTP/1.1", upstream.RequestLine);
    }
}
