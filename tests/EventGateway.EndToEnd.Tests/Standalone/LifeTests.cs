using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Standalone;

/// <summary><c>standalone</c> from its first start on the sample folder to its clean stop.</summary>
public sealed class LifeTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestFolder _manifests = new();
    private Upstream _cart = null!;
    private Upstream _catalog = null!;
    private Upstream _blog = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        (_cart, _catalog, _blog) = (await Upstream.StartAsync("cart"), await Upstream.StartAsync("catalog"), await Upstream.StartAsync("blog"));
        foreach (var sample in Directory.GetFiles(SampleFolder()))
        {
            _manifests.Write(Path.GetFileName(sample), WithPorts(await File.ReadAllTextAsync(sample)));
        }

        _gateway = Fixtures.Standalone.On("standalone", _manifests.Path, _folder["data"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _cart.DisposeAsync();
        await _catalog.DisposeAsync();
        await _blog.DisposeAsync();
        _folder.Dispose();
        _manifests.Dispose();
    }

    [Fact]
    public async Task Standalone_SampleFolder_FollowsEditsSurvivesAKillAndStopsCleanly()
    {
        await _gateway.Start().WaitUntilReadyAsync();
        await ServesAsync("shop.example", "/cart/42", "200 cart");
        await ServesAsync("shop.example", "/api/prices", "200 catalog");
        await ServesAsync("shop.example", "/v2/items", "200 catalog");
        await ServesAsync("news.blog.example", "/hello", "200 blog");
        await Traffic.IsNotFoundAsync([_gateway], "shop.example", "/cartoons");

        // An edit of a file: another endpoint, another path.
        var shop = await File.ReadAllTextAsync(_manifests["shop.yaml"]);
        _manifests.Write("shop.yaml", shop.Replace($"port: {_cart.Port}", $"port: {_blog.Port}", StringComparison.Ordinal).Replace("path: /items", "path: /things", StringComparison.Ordinal));
        await ServesAsync("shop.example", "/cart/42", "200 blog");
        await ServesAsync("shop.example", "/things", "200 catalog");
        await Traffic.IsNotFoundAsync([_gateway], "shop.example", "/items");

        await BrokenYamlKeepsServingAsync(shop);
        await KilledAndStartedAgainAsync();
        await SecondOneIsRefusedAsync();
        await StopsCleanlyAsync();
    }

    [Fact]
    public async Task Standalone_WebSocketAndStreams_PassThroughPieceByPiece()
    {
        await _gateway.Start().WaitUntilReadyAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", "shop.example");
        var token = TestContext.Current.CancellationToken;
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_gateway.HttpPort}/cart/socket"), token);
        var buffer = new byte[1024];
        foreach (var text in (string[])["one", "two"])
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, token);
            var message = await socket.ReceiveAsync(buffer, token);
            Assert.Equal((WebSocketMessageType.Text, text), (message.MessageType, Encoding.UTF8.GetString(buffer, 0, message.Count)));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", token);
        Assert.Equal("bye", socket.CloseStatusDescription);

        // What goes up comes down, each piece before the next is sent.
        using var download = await OpenAsync("GET /cart/download HTTP/1.1", "");
        await download.ReadUntilAsync("begun");
        using var upload = await OpenAsync("POST /cart/upload HTTP/1.1", "Transfer-Encoding: chunked\r\n");
        foreach (var piece in (string[])["piece-1", "piece-2", "piece-3"])
        {
            await upload.WriteChunkAsync(piece);
            await download.ReadUntilAsync(piece);
        }

        await upload.WriteAsync("0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await upload.ReadUntilAsync("uploaded"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await download.ReadUntilAsync("\r\n0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standalone_MountedConfigMapIsSwapped_TrafficFollowsWithoutALostRequest()
    {
        // As the kubelet mounts one: files are links into ..data, and ..data is a link that is replaced as a whole.
        var mount = _folder.Sub("mount");
        await PublishAsync(mount, "1", "/one");
        File.CreateSymbolicLink(Path.Combine(mount, "shop.yaml"), Path.Combine("..data", "shop.yaml"));
        await using var gateway = Fixtures.Standalone.On("standalone-mount", mount, _folder["mount-data"]);
        await gateway.Start().WaitUntilReadyAsync();
        await Traffic.BecomesAsync([gateway], "shop.example", "/one", "200 cart");
        await using var load = PacedLoad.Start([gateway], 50, "shop.example", "/always", "200 cart");
        await load.GoOnAsync();

        await PublishAsync(mount, "2", "/two");
        Directory.Delete(Path.Combine(mount, "..version-1"), recursive: true);

        await Traffic.BecomesAsync([gateway], "shop.example", "/two", "200 cart");
        await Traffic.IsNotFoundAsync([gateway], "shop.example", "/one");
        await load.GoOnAsync();
        await load.AssertNoFailureAsync(atLeast: 50);
    }

    [Fact]
    public async Task Standalone_TwoNamespacesClaimOneHostAndPath_TheOlderWinsAndTheLoserTakesOverWhenItGoes()
    {
        const string Older = "2026-01-01T00:00:00Z";
        const string Newer = "2026-02-01T00:00:00Z";
        WriteTeam("team-b", _catalog, Older);
        await _gateway.Start().WaitUntilReadyAsync();
        await ServesAsync("contested.example", "/", "200 catalog");

        WriteTeam("team-a", _cart, Newer);
        var lost = await _gateway.WaitForStatusAsync(s => s.Log("team-a") is { Refused.IsEmpty: false }, "to tell the loser");
        var refused = Assert.Single(lost.Log("team-a")!.Refused);
        Assert.Equal("route/team-a/web/0.0", refused.Key);
        Assert.Contains("contested.example, path prefix / belongs to Ingress team-b/web of workspace team-b, which is older", refused.Reason, StringComparison.Ordinal);
        Assert.Empty(lost.Log("team-b")!.Refused);
        await ServesAsync("contested.example", "/", "200 catalog");

        _manifests.Delete("team-b.yaml");
        await ServesAsync("contested.example", "/", "200 cart");
        await _gateway.WaitForStatusAsync(s => s.Log("team-a") is { Refused.IsEmpty: true }, "to have nothing to complain about");
    }

    private async Task BrokenYamlKeepsServingAsync(string shop)
    {
        var before = (await _gateway.GetStatusAsync())!.Fingerprint;
        var edited = await File.ReadAllTextAsync(_manifests["shop.yaml"]);
        _manifests.Write("shop.yaml", edited.Replace("spec:", "spec: [", StringComparison.Ordinal));
        await _gateway.WaitForOutputAsync("shop.yaml");
        await ServesAsync("shop.example", "/cart/42", "200 blog");

        // The other file is followed all the while.
        WriteTeam("team-c", _cart, null);
        await ServesAsync("contested.example", "/", "200 cart");
        await ServesAsync("shop.example", "/things", "200 catalog");
        _manifests.Delete("team-c.yaml");
        await Traffic.IsNotFoundAsync([_gateway], "contested.example", "/");
        _manifests.Write("shop.yaml", shop);
        await ServesAsync("shop.example", "/cart/42", "200 cart");
        await ServesAsync("shop.example", "/items", "200 catalog");
        Assert.NotEqual(before, (await _gateway.GetStatusAsync())!.Fingerprint);
    }

    private async Task KilledAndStartedAgainAsync()
    {
        var before = (await _gateway.GetStatusAsync())!;
        await _gateway.KillAsync();
        await _gateway.Start().WaitUntilReadyAsync();

        // Ready means: it serves. Nothing is waited for.
        Assert.Equal("200 cart", await Traffic.GetAsync(_gateway, "shop.example", "/cart/42"));
        Assert.Equal("200 blog", await Traffic.GetAsync(_gateway, "news.blog.example", "/hello"));
        Assert.Equal(before.Fingerprint, (await _gateway.GetStatusAsync())!.Fingerprint);
        Assert.All((await _gateway.GetStatusAsync())!.Logs, l => Assert.Equal("embedded", l.Source));
    }

    private async Task SecondOneIsRefusedAsync()
    {
        await using var second = Fixtures.Standalone.On("second", _manifests.Path, _folder["data"]);
        Assert.Equal(2, await second.Start().WaitForExitAsync());
        Assert.Matches(
            $@"eventgateway: The folder {_folder["data"]} is used by process {_gateway.Id} on \S+, and the embedded log serves one process; stop that one, or name another folder with --data",
            second.Output);
        Assert.Equal("200 cart", await Traffic.GetAsync(_gateway, "shop.example", "/cart/42"));
    }

    private async Task StopsCleanlyAsync()
    {
        var line = _gateway.LineCount;
        using var download = await OpenAsync("GET /cart/download HTTP/1.1", "");
        await download.ReadUntilAsync("begun");
        using var upload = await OpenAsync("POST /cart/upload HTTP/1.1", "Transfer-Encoding: chunked\r\n");
        await upload.WriteChunkAsync("first");
        await download.ReadUntilAsync("first");
        await _gateway.TerminateAsync();
        await _gateway.WaitForOutputAsync("standalone is stopping", line);
        await upload.WriteChunkAsync("last");
        await download.ReadUntilAsync("last");
        await upload.WriteAsync("0\r\n\r\n");
        await upload.ReadUntilAsync("uploaded");
        await download.ReadUntilAsync("\r\n0\r\n\r\n");
        Assert.Equal(143, await _gateway.WaitForExitAsync());
        var said = _gateway.OutputFrom(line);
        Assert.Contains("standalone has stopped", said, StringComparison.Ordinal);
        Assert.DoesNotMatch(" (warn|error|critical) ", said);
    }

    private async Task<RawConnection> OpenAsync(string request, string headers)
    {
        var connection = await RawConnection.OpenAsync(_gateway);
        await connection.WriteAsync($"{request}\r\nHost: shop.example\r\n{headers}\r\n");
        return connection;
    }

    private Task ServesAsync(string host, string path, string expected) => Traffic.BecomesAsync([_gateway], host, path, expected);

    private void WriteTeam(string workspace, Upstream upstream, string? created) => _manifests.Write($"{workspace}.yaml", Manifest.All(
        Manifest.Ingress(workspace, "web", "contested.example", "/", "web", created), Manifest.Backend(workspace, "web", upstream.Port)));

    private async Task PublishAsync(string mount, string version, string path)
    {
        var folder = Directory.CreateDirectory(Path.Combine(mount, $"..version-{version}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "shop.yaml"), Manifest.All(
            Manifest.Ingress("shop", "web", "shop.example", path, "cart"), Manifest.Ingress("shop", "always", "shop.example", "/always", "cart"),
            Manifest.Backend("shop", "cart", _cart.Port)));
        Directory.CreateSymbolicLink(Path.Combine(mount, "..data_tmp"), $"..version-{version}");

        // One rename, as the kubelet does it; .NET has none for links to folders.
        using var move = Process.Start("mv", ["-T", Path.Combine(mount, "..data_tmp"), Path.Combine(mount, "..data")]);
        await move.WaitForExitAsync();
        Assert.Equal(0, move.ExitCode);
    }

    private string WithPorts(string text) => text
        .Replace("port: 9001", $"port: {_cart.Port}", StringComparison.Ordinal)
        .Replace("port: 9002", $"port: {_catalog.Port}", StringComparison.Ordinal)
        .Replace("port: 9003", $"port: {_blog.Port}", StringComparison.Ordinal);

    private static string SampleFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EventGateway.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"EventGateway.sln is in no folder above {AppContext.BaseDirectory}.");
        }

        return Path.Combine(folder.FullName, "samples", "manifests");
    }
}
