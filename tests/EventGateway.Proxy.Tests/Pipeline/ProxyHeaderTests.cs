using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>The header itself, and what the ports do with it.</summary>
public sealed class ProxyHeaderTests
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 5555 443\r\n", "203.0.113.7:5555")]
    [InlineData("PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n", "[2001:db8::7]:1")]
    [InlineData("PROXY UNKNOWN\r\n", "")]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "")]
    [InlineData(Signature + "\u0021\u0011\0\u000c\u00cb\0\u0071\u0007\u00c0\0\u0002\u0001\u0015\u00b3\u0001\u00bb", "203.0.113.7:5555")]
    [InlineData(Signature + "\u0021\u0011\0\u0010\u00cb\0\u0071\u0007\u00c0\0\u0002\u0001\u0015\u00b3\u0001\u00bb\u0004\0\u0001x", "203.0.113.7:5555")]
    [InlineData(Signature + "\u0020\0\0\0", "")]
    [InlineData(Signature + "\u0021\u0031\0\u0002ab", "")]
    public void Read_Whole_SourceAndNothingOfTheRest(string header, string expected)
    {
        var bytes = Encoding.Latin1.GetBytes(header + "rest");
        for (var length = 0; length < header.Length; length++)
        {
            Assert.Equal(ProxyHeaderResult.NotYet, ProxyHeader.Read(new ReadOnlySequence<byte>(bytes, 0, length), out _, out _));
        }

        Assert.Equal(ProxyHeaderResult.Whole, ProxyHeader.Read(new ReadOnlySequence<byte>(bytes), out var consumed, out var source));
        Assert.Equal((header.Length, expected), (consumed, source?.ToString() ?? ""));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    [InlineData("\r\n\r\nGET /")]
    public void Read_Other_Missing(string received) =>
        Assert.Equal(ProxyHeaderResult.Missing, ProxyHeader.Read(new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(received)), out _, out _));

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 5555\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 5555 70000\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 05 443\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 192.0.2.1 5 443\r\n")]
    [InlineData("PROXY TCP4 7 192.0.2.1 5 443\r\n")]
    [InlineData("PROXY TCP4  203.0.113.7 192.0.2.1 5555 443\r\n")]
    [InlineData("PROXY UDP4 203.0.113.7 192.0.2.1 5555 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 5555 443 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData(Signature + "\u0011\u0011\0\u000caaaaaaaaaaaa")]
    [InlineData(Signature + "\u0022\u0011\0\u000caaaaaaaaaaaa")]
    [InlineData(Signature + "\u0021\u0011\0\u0004aaaa")]
    [InlineData(Signature + "\u0021\u0011\u00ff\u00ff")]
    public void Read_BreaksTheRules_Malformed(string received) =>
        Assert.Equal(ProxyHeaderResult.Malformed, ProxyHeader.Read(new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(received)), out _, out _));

    [Fact]
    public async Task On_HttpHttpsAndStreamPorts_TheClientIsTheHeaders()
    {
        var port = GatewayHost.FreePort();
        await using var upstream = new RawUpstream();
        await using var greeter = TcpUpstream.Echo("hi");
        var accessLog = Path.GetTempFileName();
        await using (var gateway = await StartAsync(true, "127.0.0.0/8", port, accessLog))
        {
            gateway.Log().Put(
                Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("r", null, "/"), Config.Endpoints("tcp", greeter.Port), Config.Backend("tcp"),
                Config.Route("s", null, "/", "tcp") with { Matches = [], Protocols = Core.Model.RouteProtocols.Tcp, Ports = [port] });
            var answer = await RawClient.ExchangeAsync(
                gateway.HttpPort, "PROXY TCP4 203.0.113.7 192.0.2.1 5555 80\r\nGET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 198.51.100.1\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
            Assert.Equal(("203.0.113.7", "198.51.100.1, 203.0.113.7", "http"), (upstream.Header("X-Real-IP"), upstream.Header("X-Forwarded-For"), upstream.Header("X-Forwarded-Proto")));

            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, gateway.HttpsPort);
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(Signature + "\u0021\u0011\0\u000c\u00cb\0\u0071\u0009\u00c0\0\u0002\u0001\u0015\u00b3\u0001\u00bb"));
            await using var tls = new System.Net.Security.SslStream(client.GetStream(), false, static (_, certificate, _, _) => certificate is not null);
            await tls.AuthenticateAsClientAsync("x");
            await tls.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
            using var reader = new StreamReader(tls);
            Assert.StartsWith("HTTP/1.1 200 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
            Assert.Equal("203.0.113.9", upstream.Header("X-Real-IP"));

            await using var stream = await RawClient.ConnectAsync(port);
            await stream.SendAsync("PROXY TCP4 203.0.113.11 192.0.2.1 5555 80\r\nmore");
            await stream.ReadUntilAsync("himore");
            await stream.DisposeAsync();
            await gateway.StopAsync();
        }

        Assert.Contains("\"clientIp\":\"203.0.113.11\"", await File.ReadAllTextAsync(accessLog), StringComparison.Ordinal);
        File.Delete(accessLog);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "no_proxy_header")]
    [InlineData("127.0.0.0/8", "PROXY TCP4 nonsense\r\n", "bad_proxy_header")]
    [InlineData("10.0.0.0/8", "PROXY TCP4 203.0.113.7 192.0.2.1 5555 80\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "untrusted")]
    public async Task On_NoHeaderWrongHeaderOrUntrusted_ClosedAndCounted(string trusted, string sent, string reason)
    {
        await using var gateway = await StartAsync(true, trusted);
        try
        {
            Assert.Equal("", await RawClient.ExchangeAsync(gateway.HttpPort, sent));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Reset, as there were bytes that nobody read, or before the client knew that it was connected.
        }

        Assert.Contains($"eventgateway_connections_refused_total{{reason=\"{reason}\"}} 1", await gateway.GetMetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Off_HeaderIsSent_BadRequest()
    {
        await using var gateway = await StartAsync(false, "127.0.0.0/8");
        Assert.StartsWith("HTTP/1.1 400 ", await RawClient.ExchangeAsync(gateway.HttpPort, "PROXY TCP4 203.0.113.7 192.0.2.1 5555 80\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    private static Task<GatewayHost> StartAsync(bool isOn, string trusted, int? streamPort = null, string accessLog = "off") => GatewayHost.StartAsync(o => new ProxyOptions
    {
        HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind, StreamPorts = streamPort is { } port ? [port] : [], AccessLog = accessLog,
        Trust = new ClientTrust { Ranges = [IPNetwork.Parse(trusted)], ProxyProtocol = isOn, Header = isOn ? RealIpHeader.ProxyProtocol : RealIpHeader.XForwardedFor },
    });
}
