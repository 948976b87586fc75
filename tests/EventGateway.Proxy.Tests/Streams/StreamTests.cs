using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tests.Tls;
using EventGateway.TestKit.Processes;

namespace EventGateway.Proxy.Tests.Streams;

/// <summary>TCP and TLS through real sockets.</summary>
public sealed class StreamTests : IAsyncLifetime
{
    private static readonly KeyRing Ring = KeyRing.Parse(KeyRing.NewLine("k1"));
    private readonly int _port = GatewayHost.FreePort();
    private readonly string _accessLog = Path.GetTempFileName();
    private GatewayHost _gateway = null!;
    private TestLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync(o => new ProxyOptions
        {
            HttpPort = o.HttpPort, HttpsPort = o.HttpsPort, StatusPort = o.StatusPort, Bind = o.Bind, StreamPorts = [_port], KeyRing = Ring, AccessLog = _accessLog,
        });
        _log = _gateway.Log();
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        File.Delete(_accessLog);
    }

    [Fact]
    public async Task Tcp_ServerSpeaksFirst_GreetingThenEchoThenHalfClose()
    {
        await using var upstream = TcpUpstream.Echo("220 ready\r\n");
        Route(upstream.Port, RouteProtocols.Tcp);
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        Assert.Equal("220 ready\r\n", await ReadAsync(stream, 11));
        await stream.WriteAsync("hello"u8.ToArray());
        client.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal("hello", await ReadToEndAsync(stream));
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"shop\",outcome=\"done\"}", 1);
        await CountsAsync("eventgateway_stream_bytes_total{workspace=\"shop\",direction=\"in\"}", 5);
        await CountsAsync("eventgateway_stream_bytes_total{workspace=\"shop\",direction=\"out\"}", 16);
        await CountsAsync("eventgateway_stream_connections_open", 0);
        await _gateway.StopAsync();
        var line = await File.ReadAllTextAsync(_accessLog);
        Assert.Matches("\"status\":200,\"bytesIn\":5,\"bytesOut\":16,.*\"clientIp\":\"127.0.0.1\",\"workspace\":\"shop\",\"route\":\"route/ns/r/0\",\"backend\":\"backend/ns/echo/80\"", line);
        Assert.Contains($"\"endpoint\":\"127.0.0.1:{upstream.Port}\",\"position\":\"test/shop@1\"", line, StringComparison.Ordinal);
        Assert.Contains("\"protocol\":\"tcp\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tcp_UpstreamEndsFirst_ClientMayGoOn()
    {
        var rest = new TaskCompletionSource<string>();
        await using var upstream = new TcpUpstream(async (client, stop) =>
        {
            var stream = client.GetStream();
            await stream.WriteAsync("bye"u8.ToArray(), stop);
            client.Client.Shutdown(SocketShutdown.Send);
            rest.SetResult(await ReadToEndAsync(stream));
        });
        Route(upstream.Port, RouteProtocols.Tcp);
        using var client = await ConnectAsync();
        Assert.Equal("bye", await ReadToEndAsync(client.GetStream()));
        await client.GetStream().WriteAsync("one more thing"u8.ToArray());
        client.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal("one more thing", await rest.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Tcp_MegabytesBothWays_Whole()
    {
        const int Size = 32 * 1024 * 1024;
        await using var upstream = TcpUpstream.Echo();
        Route(upstream.Port, RouteProtocols.Tcp);
        using var client = await ConnectAsync();
        var sent = new byte[Size];
        new Random(3).NextBytes(sent);
        var writing = Task.Run(async () =>
        {
            await client.GetStream().WriteAsync(sent);
            client.Client.Shutdown(SocketShutdown.Send);
        });
        using var received = new MemoryStream();
        await client.GetStream().CopyToAsync(received);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
    }

    [Fact]
    public async Task Tcp_ReaderStops_SenderIsHeldBack()
    {
        long sent = 0;
        var blocked = new TaskCompletionSource();
        await using var upstream = new TcpUpstream(async (client, stop) =>
        {
            var block = new byte[64 * 1024];
            while (true)
            {
                var write = client.GetStream().WriteAsync(block, stop).AsTask();
                if (await Task.WhenAny(write, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stop)) != write)
                {
                    blocked.TrySetResult();
                }

                await write;
                Interlocked.Add(ref sent, block.Length);
            }
        });
        Route(upstream.Port, RouteProtocols.Tcp);
        using var client = new TcpClient { ReceiveBufferSize = 64 * 1024 };
        await client.ConnectAsync(IPAddress.Loopback, _port);
        await blocked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(Interlocked.Read(ref sent), 1, 64L * 1024 * 1024);
    }

    [Fact]
    public async Task Tcp_FirstEndpointsRefuse_NextIsTried()
    {
        await using var upstream = TcpUpstream.Echo("hi");
        _log.Put(
            Config.Endpoints("echo", upstream.Port) with { Addresses = [new EndpointAddress("127.0.0.2"), new EndpointAddress("127.0.0.1")] },
            Config.Backend("echo"), Stream(RouteProtocols.Tcp));
        for (var i = 0; i < 4; i++)
        {
            using var client = await ConnectAsync();
            Assert.Equal("hi", await ReadAsync(client.GetStream(), 2));
        }
    }

    [Fact]
    public async Task Tcp_NoEndpointAnswers_ClosedAndCounted()
    {
        Route(1, RouteProtocols.Tcp);
        await EndsAsync("");
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"shop\",outcome=\"connect_failed\"}", 1);
        _log.Remove(Config.BackendKey("echo"));
        await EndsAsync("");
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"shop\",outcome=\"no_endpoint\"}", 1);
        _log.Remove(Config.RouteKey("r"));
        await EndsAsync("");
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"\",outcome=\"no_route\"}", 1);
    }

    [Fact]
    public async Task Tcp_Silence_ClosedAfterTheReadTimeout()
    {
        await using var upstream = TcpUpstream.Echo("hi");
        _log.Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo") with { ReadTimeout = TimeSpan.FromMilliseconds(300) }, Stream(RouteProtocols.Tcp));
        using var client = await ConnectAsync();
        Assert.Equal("hi", await ReadAsync(client.GetStream(), 2));
        Assert.Equal("", await ReadToEndAsync(client.GetStream()));
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"shop\",outcome=\"idle\"}", 1);
    }

    [Fact]
    public async Task Tcp_UpstreamResets_ClientIsCutOffAndOthersGoOn()
    {
        await using var upstream = new TcpUpstream(async (client, stop) =>
        {
            var buffer = new byte[16];
            var count = await client.GetStream().ReadAsync(buffer, stop);
            if (buffer[0] == 'x')
            {
                client.Client.Close(0);
                return;
            }

            await client.GetStream().WriteAsync(buffer.AsMemory(0, count), stop);
        });
        Route(upstream.Port, RouteProtocols.Tcp);
        using var innocent = await ConnectAsync();
        await EndsAsync("x");
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"shop\",outcome=\"broken\"}", 1);
        await innocent.GetStream().WriteAsync("ok"u8.ToArray());
        Assert.Equal("ok", await ReadToEndAsync(innocent.GetStream()));
    }

    [Fact]
    public async Task Passthrough_BySni_TheUpstreamsOwnCertificate()
    {
        await using var one = TlsEcho("one", out var first);
        await using var two = TlsEcho("two", out var second);
        using var ownOne = first;
        using var ownTwo = second;
        _log.Put(
            Config.Endpoints("one", one.Port), Config.Endpoints("two", two.Port), Config.Backend("one"), Config.Backend("two"),
            Stream(RouteProtocols.TlsPassthrough, "a.example", "one") with { Key = Config.RouteKey("a") },
            Stream(RouteProtocols.TlsPassthrough, "*.b.example", "two") with { Key = Config.RouteKey("b") });
        Assert.Equal(("CN=one", "ping"), await TalkAsync("a.example"));
        Assert.Equal(("CN=two", "ping"), await TalkAsync("X.B.example"));
        await Assert.ThrowsAnyAsync<IOException>(() => TalkAsync("c.example"));
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"shop\",outcome=\"done\"}", 2);
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"\",outcome=\"no_route\"}", 1);
        await EndsAsync("GET / HTTP/1.1\r\n\r\n");
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"\",outcome=\"no_hello\"}", 1);
    }

    [Fact]
    public async Task Tls_Terminated_PlainUpstreamAndTheGatewaysCertificate()
    {
        await using var upstream = TcpUpstream.Echo();
        _log.Put(Certificate("edge", "a.example"), Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Stream(RouteProtocols.Tls, "a.example"));
        Assert.Equal(("CN=edge", "ping"), await TalkAsync("a.example"));
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"shop\",outcome=\"done\"}", 1);
    }

    [Fact]
    public async Task Passthrough_HelloInSingleBytes_IsCarriedWhole()
    {
        await using var upstream = TlsEcho("one", out var certificate);
        using var own = certificate;
        _log.Put(Config.Endpoints("one", upstream.Port), Config.Backend("one"), Stream(RouteProtocols.TlsPassthrough, "a.example", "one"));
        Assert.Equal(("CN=one", "ping"), await TalkAsync("a.example", stream => new OneByteWrites(stream)));
    }

    [Fact]
    public async Task Tls_Terminated_KeyThatTheClientTakes()
    {
        await using var upstream = TcpUpstream.Echo();
        var (chain, key) = TestCertificates.Rsa("rsa");
        var rsa = new Certificate(EntityKey.Certificate("ns", "rsa")) { ServerNames = ["a.example"], ChainPem = chain, PrivateKey = CertificateTableTests.SealFor(Ring, _log.Name, "rsa", key) };
        _log.Put(Certificate("ec", "a.example"), rsa, Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Stream(RouteProtocols.Tls, "a.example"));
        Assert.Equal(("CN=ec", "ping"), await TalkAsync("a.example"));
        Assert.Equal(("CN=rsa", "ping"), await TalkAsync("a.example", configure: o => CertificateChoiceTests.Only(o, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)));
    }

    [Fact]
    public async Task Tls_Terminated_TlsUpstreamWithVerification()
    {
        var (chain, key, root) = TestCertificates.Chain("a.example");
        using var trusted = root;
        using var leaf = X509Certificate2.CreateFromPem(chain, key);
        var intermediates = new X509Certificate2Collection();
        intermediates.ImportFromPem(chain);
        await using var upstream = new TcpUpstream(async (client, stop) =>
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(leaf, intermediates, offline: true) }, stop);
            await tls.CopyToAsync(tls, stop);
            await tls.ShutdownAsync();
        });
        var backend = Config.Backend("echo") with { Protocol = UpstreamProtocol.Https, Tls = new UpstreamTls { Verify = true, CaPem = root.ExportCertificatePem() } };
        _log.Put(Certificate("edge", "*.example"), Config.Endpoints("echo", upstream.Port), backend, Stream(RouteProtocols.Tls));
        Assert.Equal(("CN=edge", "ping"), await TalkAsync("a.example"));
        await Assert.ThrowsAnyAsync<Exception>(() => TalkAsync("b.example"));
        await CountsAsync("eventgateway_stream_connections_total{workspace=\"shop\",outcome=\"connect_failed\"}", 1);
    }

    [Fact]
    public async Task Change_RouteMoves_OpenConnectionsStayAndNewOnesGoElsewhere()
    {
        await using var old = TcpUpstream.Echo("old");
        await using var next = TcpUpstream.Echo("new");
        Route(old.Port, RouteProtocols.Tcp);
        using var open = await ConnectAsync();
        Assert.Equal("old", await ReadAsync(open.GetStream(), 3));
        _log.Put(Config.Endpoints("echo", next.Port));
        using var second = await ConnectAsync();
        Assert.Equal("new", await ReadAsync(second.GetStream(), 3));
        await open.GetStream().WriteAsync("still"u8.ToArray());
        Assert.Equal("still", await ReadAsync(open.GetStream(), 5));
    }

    private static TcpUpstream TlsEcho(string name, out X509Certificate2 certificate)
    {
        var (chain, key) = TestCertificates.Ecdsa(name);
        var own = certificate = X509Certificate2.CreateFromPem(chain, key);
        return new TcpUpstream(async (client, stop) =>
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = own }, stop);
            await tls.CopyToAsync(tls, stop);
            await tls.ShutdownAsync();
        });
    }

    private static Certificate Certificate(TestLog log, string name, string serverName)
    {
        var (chain, key) = TestCertificates.Ecdsa(name);
        return new Certificate(EntityKey.Certificate("ns", name)) { ServerNames = [serverName], ChainPem = chain, PrivateKey = CertificateTableTests.SealFor(Ring, log.Name, name, key) };
    }

    private Certificate Certificate(string name, string serverName) => Certificate(_log, name, serverName);

    internal static async Task<string> ReadAsync(Stream stream, int count)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[count];
        await stream.ReadExactlyAsync(buffer, timeout.Token);
        return Encoding.ASCII.GetString(buffer);
    }

    internal static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, timeout.Token);
        }
        catch (IOException)
        {
            // Cut off.
        }

        return Encoding.ASCII.GetString(received.ToArray());
    }

    private void Route(int upstreamPort, RouteProtocols protocols) => _log.Put(Config.Endpoints("echo", upstreamPort), Config.Backend("echo"), Stream(protocols));

    private Route Stream(RouteProtocols protocols, string? host = null, string backend = "echo") =>
        Config.Route("r", host, "/", backend) with { Matches = [], Protocols = protocols, Ports = [_port] };

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port);
        return client;
    }

    /// <summary>The gateway closes the connection without a byte.</summary>
    private async Task EndsAsync(string sent)
    {
        try
        {
            using var client = await ConnectAsync();
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));
            Assert.Equal("", await ReadToEndAsync(client.GetStream()));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // It was closed before the client came that far.
        }
    }

    private async Task<(string Subject, string Echo)> TalkAsync(string serverName, Func<Stream, Stream>? wrap = null, Action<SslClientAuthenticationOptions>? configure = null)
    {
        await using var tls = await TlsClient.ConnectAsync(_port, serverName, configure, wrap);
        await tls.WriteAsync("ping"u8.ToArray());
        var echo = await ReadAsync(tls, 4);
        await tls.ShutdownAsync();
        return (tls.RemoteCertificate!.Subject, echo);
    }

    private async Task CountsAsync(string series, int count) => _ = await Eventually.BecomesAsync(
        async () => Regex.Match(await _gateway.GetMetricsAsync(), $"^{Regex.Escape(series)} (.*)$", RegexOptions.Multiline).Groups[1].Value,
        value => value == $"{count}", $"{series} {count}", [], TimeSpan.FromSeconds(20));
}
