using System.Net;
using System.Text.Json;

namespace EventGateway.Tests.Processes;

public sealed class ExitCodeTests : IDisposable
{
    private const string Nobody = "127.0.0.1:1";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Validate_AllAccepted_ExitsWith0()
    {
        await using var run = await GatewayProcess.RunAsync(["validate", _folder.Write("web.yaml", TestManifests.Of("shop", "shop.test", "/", 80))]);
        Assert.Equal(0, await run.ExitAsync());
        Assert.Equal("3 objects: 3 accepted", run.Out[^1]);
    }

    [Fact]
    public async Task Validate_OneRefused_ExitsWith1AndSaysWhyInJson()
    {
        var path = _folder.Write("web.yaml", TestManifests.Of("shop", "shop.test", "/", 80).Replace("number: 80", "number: 81", StringComparison.Ordinal));
        await using var run = await GatewayProcess.RunAsync(["validate", path, "-o", "json"]);
        Assert.Equal(1, await run.ExitAsync());
        var ingress = JsonDocument.Parse(string.Join('\n', run.Out)).RootElement.GetProperty("objects").EnumerateArray().Single(o => o.GetProperty("kind").GetString() == "Ingress");
        Assert.Equal("shop", ingress.GetProperty("namespace").GetString());
        Assert.Equal("web", ingress.GetProperty("name").GetString());
        Assert.Equal($"{path}:1", ingress.GetProperty("source").GetString());
        Assert.False(ingress.GetProperty("accepted").GetBoolean());
        Assert.Contains("81", ingress.GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Array, ingress.GetProperty("warnings").ValueKind);
    }

    [Fact]
    public async Task Validate_NoSuchPath_ExitsWith2()
    {
        await using var run = await GatewayProcess.RunAsync(["validate", _folder.File("none")]);
        Assert.Equal(2, await run.ExitAsync());
        Assert.Equal($"eventgateway: PATH: there is no file or folder '{_folder.File("none")}'", run.Error[0]);
    }

    [Fact]
    public async Task Validate_FolderWithoutManifests_ExitsWith2AndSaysSo()
    {
        await using var run = await GatewayProcess.RunAsync(["validate", _folder.Path]);
        Assert.Equal(2, await run.ExitAsync());
        Assert.StartsWith($"eventgateway: no objects found in {_folder.Path}: nothing to validate", run.Error[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--http-port")]
    [InlineData("--http-port", "0", "--https-port", "0", "--status-port", "0")]
    public async Task Standalone_AddressOfAnotherMachine_ExitsWith2AndSaysSo(params string[] ports)
    {
        string[] given = ports.Length == 1 ? [] : ports;
        await using var run = await GatewayProcess.RunAsync(["standalone", "--manifests", WithOneManifest(), "--data", _folder.File("data"), "--bind", "192.0.2.1", .. given]);
        Assert.Equal(2, await run.ExitAsync());
        Assert.All(run.Error, l => Assert.EndsWith("this machine has no address 192.0.2.1; choose another with --bind", l, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Standalone_DamagedLog_ExitsWithOneSentence()
    {
        var data = Directory.CreateDirectory(_folder.File("data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "embedded.db"), new string('x', 9000), TestContext.Current.CancellationToken);
        await using var run = await GatewayProcess.RunAsync(
            ["standalone", "--manifests", WithOneManifest(), "--data", data, "--http-port", "0", "--https-port", "0", "--status-port", "0", "--bind", "127.0.0.1"]);
        Assert.Equal(2, await run.ExitAsync());
        Assert.Contains("is not a database", run.Error[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(run.Error, l => l.Contains("BackgroundService", StringComparison.Ordinal) || l.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Topics_NobodyAnswers_ExitsWith3AndNamesTheBroker()
    {
        await using var run = await GatewayProcess.RunAsync(["topics", "plan", "--kafka", Nobody, "--origin", "a", "--workspace", "b"]);
        Assert.Equal(3, await run.ExitAsync());
        Assert.Contains(Nobody, run.Error[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_NobodyAnswers_ExitsWith3AndNamesTheAddress()
    {
        await using var run = await GatewayProcess.RunAsync(["status", "--url", $"http://{Nobody}"]);
        Assert.Equal(3, await run.ExitAsync());
        Assert.Contains($"http://{Nobody}/status does not answer", run.Error[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfSomethingElse_ExitsWith3AndSaysSo()
    {
        await using var upstream = await TestUpstream.StartAsync();
        await using var run = await GatewayProcess.RunAsync(["status", "--url", $"http://127.0.0.1:{upstream.Port}"]);
        Assert.Equal(3, await run.ExitAsync());
        Assert.Contains("did not answer with a status", run.Error[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxy")]
    [InlineData("watcher", "--origin", "a", "--manifests", ".")]
    public async Task Role_BrokerDoesNotAnswer_SaysSoAtOnceAndStays(string role, params string[] more)
    {
        string[] ports = role == "proxy" ? ["--http-port", "0", "--https-port", "0"] : [];
        await using var gateway = GatewayProcess.Start([role, "--kafka", Nobody, "--status-port", "0", "--bind", "127.0.0.1", .. ports, .. more.Select(m => m == "." ? WithOneManifest() : m)]);
        await gateway.LogLineAsync($" warn .*{Nobody}.*Connection refused");
        using var client = new GatewayClient();
        var status = (await gateway.AddressesAsync())[^1];
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(status, "/healthz")).Status);
        var (ready, reasons) = await client.GetAsync(status, "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
        Assert.NotEqual(0, JsonDocument.Parse(reasons).RootElement.GetProperty("reasons").GetArrayLength());
        gateway.Signal("TERM");
        Assert.Equal(143, await gateway.ExitAsync());
    }

    private string WithOneManifest()
    {
        _folder.Write("web.yaml", TestManifests.Of("shop", "shop.test", "/", 80));
        return _folder.Path;
    }
}
