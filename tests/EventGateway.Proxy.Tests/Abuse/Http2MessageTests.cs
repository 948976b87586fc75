using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.TestKit.Processes;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>
/// Requests that are no HTTP once they are translated to HTTP/1.1 (RFC 9113, section 8): refused, with nothing of them at the upstream; the
/// next request is served, on the same connection where the fault was the stream's, on a new one where it was the connection's.
/// </summary>
public sealed class Http2MessageTests : IAsyncLifetime
{
    private const string Sound = ":method=GET|:scheme=http|:path=/|:authority=x";
    private readonly RawUpstream _upstream = new();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync();
        _gateway.Log().Put(Config.Endpoints("echo", _upstream.Port), Config.Backend("echo"), Config.Route("r", "x", "/"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [InlineData(":method=GET|:scheme=http|:path=/ HTTP/1.1\r\nX-Evil: 1|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=/\r\nX-Evil: 1|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=/\n|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=/a b|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=/a\0b|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=evil|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=http://x/|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=*|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=/|:path=/evil|:authority=x")]
    [InlineData(":method=GET|:method=POST|:scheme=http|:path=/|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:scheme=http|:path=/|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=/|:authority=x|:authority=evil")]
    [InlineData(":method=GET|:scheme=http|:authority=x")]
    [InlineData(":scheme=http|:path=/|:authority=x")]
    [InlineData(":method=GET|:path=/|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=/")]
    [InlineData(":method=GET|:scheme=http|:path=/|host=|:authority=")]
    [InlineData(":method=GET|:scheme=gopher|:path=/|:authority=x")]
    [InlineData(":method=GET|:scheme=http://x/evil?|:path=/|:authority=x")]
    [InlineData(":method=GET / HTTP/1.1\r\nX-Evil: 1|:scheme=http|:path=/|:authority=x")]
    [InlineData(":method=|:scheme=http|:path=/|:authority=x")]
    [InlineData(":method=G T|:scheme=http|:path=/|:authority=x")]
    [InlineData(":method=GET|:scheme=http|:path=/|:authority=x\r\nX-Evil: 1")]
    [InlineData(":method=GET|:scheme=http|:path=/|:authority=evil@x")]
    [InlineData(":method=GET|:scheme=http|:path=/|:authority=x/evil")]
    [InlineData(":method=GET|:scheme=http|:path=/|:authority=x y")]
    [InlineData(":method=CONNECT|:scheme=http|:path=/|:authority=x")]
    [InlineData("a=b|:method=GET|:scheme=http|:path=/|:authority=x")]
    [InlineData(Sound + "|:evil=1")]
    [InlineData(Sound + "|:status=200")]
    [InlineData(Sound + "|X-Evil=upper")]
    [InlineData(Sound + "|=evil")]
    [InlineData(Sound + "|x-a=1\r\nX-Evil: 1")]
    [InlineData(Sound + "|x-a=1\rX-Evil: 1")]
    [InlineData(Sound + "|x-a=1\nX-Evil: 1")]
    [InlineData(Sound + "|x-a=1\0evil")]
    [InlineData(Sound + "|x-a=1\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData(Sound + "|cookie=a=1\r\nX-Evil: 1")]
    [InlineData(Sound + "|user-agent=a\r\nX-Evil: 1")]
    [InlineData(Sound + "|connection=close")]
    [InlineData(Sound + "|connection=x-evil")]
    [InlineData(Sound + "|keep-alive=timeout=5")]
    [InlineData(Sound + "|proxy-connection=keep-alive")]
    [InlineData(Sound + "|transfer-encoding=chunked")]
    [InlineData(Sound + "|upgrade=websocket")]
    [InlineData(Sound + "|te=gzip")]
    [InlineData(Sound + "|content-length=5")]
    [InlineData(Sound + "|content-length=-1")]
    [InlineData(Sound + "|content-length=0|content-length=5")]
    public async Task Request_Malformed_RefusedAndNothingReachesTheUpstream(string fields)
    {
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await client.RequestAsync(1, Http2Header.Block(Fields(fields)));
        await OverAsync(client, 1);
        Assert.True(
            client.Ended.IsCompleted || client.Resets.ContainsKey(1) || client.Statuses.GetValueOrDefault(1, "").StartsWith('4'),
            client.Describe());
        Assert.Empty(_upstream.Heads);
        await NextIsServedAsync(client);
    }

    [Theory]
    [InlineData(5, "abc")]
    [InlineData(0, "abc")]
    [InlineData(3, "abcGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Body_NotAsLongAsItSays_TheStreamFailsAndTheRestIsNoRequest(int length, string body)
    {
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        var block = Http2Header.Request("x", "/first", "POST", ("content-length", $"{length}"));
        await client.SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndHeaders, 1, block));
        await client.SendAsync(Http2Client.Frame(Http2Client.Data, Http2Client.EndStream, 1, System.Text.Encoding.Latin1.GetBytes(body)));
        await OverAsync(client, 1);
        await NextIsServedAsync(client);
        Assert.DoesNotContain(_upstream.Heads, h => h.Contains("evil", StringComparison.Ordinal));
        Assert.All(_upstream.Heads, h => Assert.True(h.StartsWith("POST /first ", StringComparison.Ordinal) || h.StartsWith("GET /next ", StringComparison.Ordinal), h));
    }

    [Theory]
    [InlineData(Sound + "|host=x", "Host", "x")]
    [InlineData(Sound + "|host=evil", "Host", "x")]
    [InlineData(":method=GET|:scheme=http|:path=/|host=x", "Host", "x")]
    [InlineData(Sound + "|cookie=a=1|cookie=b=2", "Cookie", "a=1; b=2")]
    [InlineData(Sound + "|te=trailers", "Transfer-Encoding", null)]
    [InlineData(Sound + "|x-a= 1 ", "X-A", "1")]
    public async Task Request_Sound_ReachesTheUpstreamAsOneRequest(string fields, string header, string? value)
    {
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await client.RequestAsync(1, Http2Header.Block(Fields(fields)));
        await OverAsync(client, 1);
        Assert.Equal("200", client.Statuses[1]);
        var head = Assert.Single(_upstream.Heads);
        Assert.Equal(value, _upstream.Header(header));
        Assert.Equal(head.Split("\r\n").Length, head.Split('\n').Length);
    }

    // The server's own parser lets these names through. None of them goes on.
    [Theory]
    [InlineData("x evil")]
    [InlineData("x-evil\r\nx")]
    [InlineData("x-evil:")]
    [InlineData("x-evil: 1\r\ntransfer-encoding")]
    public async Task HeaderName_ThatIsNone_StaysHere(string name)
    {
        await using var client = await Http2Client.ConnectAsync(_gateway.HttpPort);
        await client.RequestAsync(1, Http2Header.Request("x", more: (name, "chunked")));
        await OverAsync(client, 1);
        Assert.DoesNotContain(_upstream.Heads, h => h.Contains("evil", StringComparison.OrdinalIgnoreCase) || h.Contains("chunked", StringComparison.Ordinal));
        await NextIsServedAsync(client);
    }

    private static IEnumerable<(string, string)> Fields(string fields) =>
        fields.Split('|').Select(f => f.IndexOf('=', StringComparison.Ordinal) is var at ? (f[..at], f[(at + 1)..]) : default);

    private static Task OverAsync(Http2Client client, int stream) =>
        Eventually.HoldsAsync(() => Task.FromResult(client.IsOver(stream)), $"stream {stream} to be over", [], TimeSpan.FromSeconds(20));

    private async Task NextIsServedAsync(Http2Client first)
    {
        var next = first.GoneAway is null && !first.Ended.IsCompleted ? first : await Http2Client.ConnectAsync(_gateway.HttpPort);
        await next.RequestAsync(3, Http2Header.Request("x", "/next"));
        await OverAsync(next, 3);
        Assert.Equal("200", next.Statuses.GetValueOrDefault(3, next.Describe()));
        if (next != first)
        {
            await next.DisposeAsync();
        }
    }
}
