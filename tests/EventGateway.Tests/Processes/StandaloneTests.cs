using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace EventGateway.Tests.Processes;

/// <summary>The built executable, from its start to its end.</summary>
public sealed class StandaloneTests : IDisposable
{
    private static readonly string[] FreePorts = ["--http-port", "0", "--https-port", "0", "--status-port", "0", "--bind", "127.0.0.1"];

    private readonly TemporaryFolder _folder = new();
    private readonly GatewayClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Standalone_ManifestIsEdited_TrafficFollowsAndARestartKeepsIt()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var manifest = _folder.Write("web.yaml", TestManifests.Of("shop", "shop.test", "/one", upstream.Port));
        string[] arguments = ["standalone", "--manifests", manifest, "--data", _folder.File("data"), "--access-log", "-", .. FreePorts];
        int commit;
        await using (var gateway = GatewayProcess.Start(arguments))
        {
            var addresses = await gateway.AddressesAsync();
            var (http, status) = (addresses[0], addresses[2]);
            await _client.UntilAsync(status, "/readyz", HttpStatusCode.OK);
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(http, "/one/x", "shop.test")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(http, "/two", "shop.test")).Status);

            var first = CommitOf(await _client.GetJsonAsync(status, "/status"));
            _folder.Write("web.yaml", TestManifests.Of("shop", "shop.test", "/two", upstream.Port));
            await _client.UntilAsync(http, "/two", HttpStatusCode.OK, "shop.test");
            await _client.UntilAsync(http, "/one/x", HttpStatusCode.NotFound, "shop.test");

            // Requests see a change a moment before the status does.
            commit = first + 1;
            var document = await _client.UntilJsonAsync(status, "/status", d => CommitOf(d) == commit);
            Assert.Equal("standalone", document.GetProperty("role").GetString());
            await using var table = await GatewayProcess.RunAsync(["status", "--url", status.ToString()]);
            Assert.Equal(0, await table.ExitAsync());
            Assert.Matches(@"^standalone .*: ready, image [0-9a-f]{32}$", table.Out[0]);
            Assert.Matches($@"^local/shop +{commit} .* embedded .*route=1 backend=1 endpoints=1$", table.Out[2]);
            gateway.Signal("TERM");
            Assert.Equal(143, await gateway.ExitAsync());
            Assert.Contains(gateway.Out, line => JsonDocument.Parse(line).RootElement.GetProperty("path").GetString() == "/one/x");
        }

        await using var again = GatewayProcess.Start(arguments);
        var after = await again.AddressesAsync();
        await _client.UntilAsync(after[2], "/readyz", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(after[0], "/two", "shop.test")).Status);
        Assert.Equal(commit, CommitOf(await _client.GetJsonAsync(after[2], "/status")));
    }

    [Fact]
    public async Task Standalone_NoManifests_SaysThatThereIsNothingToServe()
    {
        await using var gateway = GatewayProcess.Start(["standalone", "--manifests", _folder.Path, "--data", _folder.File("data"), .. FreePorts]);
        await gateway.LogLineAsync("Not ready yet: the manifests hold nothing to serve yet");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.GetAsync((await gateway.AddressesAsync())[2], "/readyz")).Status);
    }

    [Fact]
    public async Task Standalone_FirstStart_MakesAKeyRingThatOnlyItsOwnerCanRead()
    {
        await using var gateway = GatewayProcess.Start(["standalone", "--manifests", _folder.Path, "--data", _folder.File("data"), .. FreePorts]);
        await gateway.AddressesAsync();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("data/key-ring")));
        }
    }

    [Fact]
    public async Task Standalone_Interrupted_ExitsWith130()
    {
        if (File.Exists("/proc/self/status") && SignalIsIgnored(2))
        {
            Assert.Skip("SIGINT is ignored by whoever started these tests, and a process inherits that");
        }

        await using var gateway = GatewayProcess.Start(["standalone", "--manifests", _folder.Path, "--data", _folder.File("data"), .. FreePorts]);
        await gateway.AddressesAsync();
        gateway.Signal("INT");
        Assert.Equal(130, await gateway.ExitAsync());
    }

    [Fact]
    public async Task Standalone_PortsInUse_ExitsWith2AndNamesFlagAndAddress()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        await using var gateway = await GatewayProcess.RunAsync(
            ["standalone", "--manifests", _folder.Path, "--data", _folder.File("data"), "--bind", "127.0.0.1", "--http-port", $"{port}", "--https-port", "0", "--status-port", "0"]);
        Assert.Equal(2, await gateway.ExitAsync());
        Assert.Equal([$"eventgateway: --http-port: 127.0.0.1 port {port} is in use by another process; stop that one or choose another port"], gateway.Error);
    }

    [Fact]
    public async Task Standalone_DataIsNoFolder_ExitsWith2AndNamesTheFlag()
    {
        var file = _folder.Write("file", "not a folder");
        await using var gateway = await GatewayProcess.RunAsync(["standalone", "--manifests", _folder.Path, "--data", file, .. FreePorts]);
        Assert.Equal(2, await gateway.ExitAsync());
        Assert.Contains("--data", gateway.Error[0], StringComparison.Ordinal);
        Assert.Contains(file, gateway.Error[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standalone_DatabaseIsDamaged_ExitsWith2AndNamesTheFile()
    {
        Directory.CreateDirectory(_folder.File("data"));
        _folder.Write("data/embedded.db", new string('x', 10_000));
        await using var gateway = await GatewayProcess.RunAsync(["standalone", "--manifests", _folder.Path, "--data", _folder.File("data"), .. FreePorts]);
        Assert.Equal(2, await gateway.ExitAsync());
        Assert.Contains("embedded.db", gateway.Error[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standalone_DataInUseByAnother_ExitsWith2AndNamesTheFolder()
    {
        string[] arguments = ["standalone", "--manifests", _folder.Path, "--data", _folder.File("data"), .. FreePorts];
        await using var first = GatewayProcess.Start(arguments);
        await first.AddressesAsync();
        await using var second = await GatewayProcess.RunAsync(arguments);
        Assert.Equal(2, await second.ExitAsync());
        Assert.Contains(_folder.File("data"), second.Error[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standalone_JsonLogs_AreOneObjectALine()
    {
        await using var gateway = GatewayProcess.Start(["standalone", "--manifests", _folder.Path, "--data", _folder.File("data"), "--log-format", "json", .. FreePorts]);
        await gateway.LogLineAsync("listens on");
        gateway.Signal("TERM");
        await gateway.ExitAsync();
        Assert.All(gateway.Error, line => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty("Message", out _)));
    }

    private static int CommitOf(JsonElement status) => status.GetProperty("logs")[0].GetProperty("commit").GetInt32();

    private static bool SignalIsIgnored(int signal)
    {
        var mask = File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1];
        return (Convert.ToUInt64(mask, 16) >> (signal - 1) & 1) == 1;
    }
}
