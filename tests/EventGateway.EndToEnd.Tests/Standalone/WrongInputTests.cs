using System.Net;
using System.Net.Sockets;
using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Standalone;

/// <summary>What a person gets wrong, as the process tells it: object, field and fix. Everything else goes on.</summary>
public sealed class WrongInputTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestFolder _manifests = new();

    public void Dispose()
    {
        _folder.Dispose();
        _manifests.Dispose();
    }

    [Fact]
    public async Task Port_InUse_EndsAtOnceNamingFlagAddressAndWhatToDo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var proxy = new GatewayProcess(
            "proxy", "proxy", "--kafka", "127.0.0.1:1", "--bind", "127.0.0.1", "--http-port", "{http}", "--https-port", $"{port}", "--status-port", "{status}");
        Assert.Equal(2, await proxy.Start().WaitForExitAsync());
        Assert.Contains(
            $"eventgateway: --https-port: 127.0.0.1 port {port} is in use by another process; stop that one or choose another port", proxy.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_CannotBeUsed_EndsAtOnceNamingFlagAndFolder()
    {
        // Not even root can make a folder there.
        var unusable = OperatingSystem.IsLinux() ? "/proc/eventgateway" : Path.Combine(_folder["file"], "data");
        await File.WriteAllTextAsync(_folder["file"], "");
        foreach (var data in (string[])[unusable, Path.Combine(_folder["file"], "data")])
        {
            await using var gateway = Fixtures.Standalone.On("standalone", _manifests.Path, data);
            Assert.Equal(2, await gateway.Start().WaitForExitAsync());
            Assert.Matches($"eventgateway: --data: the folder '{data}' cannot be made: .+; name one that this user may write to", gateway.Output);
        }
    }

    [Fact]
    public async Task Data_NotReadableForThisUser_EndsAtOnceNamingFlagAndFolder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "This user may read everything: run it as one that may not");
        var data = _folder.Sub("closed");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(data, UnixFileMode.None);
        }

        await using var gateway = Fixtures.Standalone.On("standalone", _manifests.Path, data);
        Assert.Equal(2, await gateway.Start().WaitForExitAsync());
        Assert.Contains("eventgateway: --data: ", gateway.Output, StringComparison.Ordinal);
        Assert.Contains(data, gateway.Output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Objects_EachWrongInItsOwnWay_AreNamedWithFieldAndFixAndTheRightOneServes()
    {
        await using var upstream = await Upstream.StartAsync("right");
        var (one, other) = (TestCertificate.For("pair.example"), TestCertificate.For("pair.example"));
        var right = Manifest.All(Manifest.Ingress("shop", "right", "right.example", "/", "web"), Manifest.Backend("shop", "web", upstream.Port));
        _manifests.Write("right.yaml", right);
        _manifests.Write("no-yaml.yaml", "kind: Ingress\n  metadata: [");
        _manifests.Write("no-secret.yaml", Manifest.Ingress("shop", "no-secret", "no-secret.example", "/", "web", tlsSecret: "missing"));
        _manifests.Write("wrong-pair.yaml", Manifest.All(
            Manifest.Ingress("shop", "wrong-pair", "pair.example", "/", "web", tlsSecret: "pair"), Manifest.TlsSecret("shop", "pair", one with { KeyPem = other.KeyPem })));
        _manifests.Write("no-port.yaml", Manifest.Ingress("shop", "no-port", "no-port.example", "/", "web").Replace("port: { name: http }", "port: { number: 81 }", StringComparison.Ordinal));
        _manifests.Write("no-regex.yaml", Manifest.Ingress("shop", "no-regex", "no-regex.example", "/~/[", "web").Replace("Prefix", "ImplementationSpecific", StringComparison.Ordinal).Replace("path: /~/[", "path: \"/~/[\"", StringComparison.Ordinal));
        _manifests.Write("second-owner.yaml", Manifest.Ingress("shop", "second-owner", "right.example", "/", "web", created: "2026-02-01T00:00:00Z"));
        _manifests.Write("right.yaml", right.Replace("name: right\n", "name: right\n  creationTimestamp: \"2026-01-01T00:00:00Z\"\n", StringComparison.Ordinal));
        await using var gateway = Fixtures.Standalone.On("standalone", _manifests.Path, _folder["data"]);
        await gateway.Start().WaitUntilReadyAsync();
        Assert.Equal("200 right", await Traffic.GetAsync(gateway, "right.example", "/"));
        Assert.Equal("200 right", await Traffic.GetAsync(gateway, "no-secret.example", "/"));

        var said = gateway.Output;
        Assert.Matches(@"no-yaml\.yaml:\d+ .*is refused: line \d+: this is not YAML", said);
        Assert.Matches(@"Ingress shop/no-secret \(\S+no-secret\.yaml:1\).*spec\.tls\[0\]\.secretName: Secret shop/missing does not exist; create it as kubernetes\.io/tls", said);
        Assert.Matches(@"Secret shop/pair \(\S+wrong-pair\.yaml:\d+\) is refused: data\[tls\.key\]: the key does not belong to the certificate in data\[tls\.crt\] .*; put the pair's own key there", said);
        Assert.Matches(@"Ingress shop/no-port .*spec\.rules\[0\]\.http\.paths\[0\]\.backend\.service\.port: Service shop/web has no port 81; its ports are 80 \(http\)", said);
        Assert.Matches(@"Ingress shop/no-regex .*spec\.rules\[0\]\.http\.paths\[0\]\.path: '/\[' is not a regular expression: .*this path is not served, the Ingress' other paths are", said);
        Assert.Matches(@"Ingress shop/second-owner .*host 'right\.example' with Prefix path '/' belongs to Ingress shop/right, which is older; this one takes over when that one goes", said);

        await using var validate = new GatewayProcess("validate", "validate", _manifests.Path);
        Assert.Equal(1, await validate.Start().WaitForExitAsync());
        foreach (var name in (string[])["no-yaml.yaml", "no-secret", "pair", "no-port", "no-regex", "second-owner"])
        {
            Assert.Contains(name, validate.Output, StringComparison.Ordinal);
        }
    }
}
