using System.Globalization;
using System.Net;
using System.Text.Json;
using EventGateway.TestKit.Processes;
using EventGateway.Tests.Processes;

namespace EventGateway.Tests.Deploy;

/// <summary>The image, built of this machine's runtime and run as the chart runs it. Needs a docker daemon, and is skipped without one.</summary>
public sealed class ImageTests : IDisposable
{
    private const string Image = "eventgateway-test:local";
    private const long MostBytes = 400_000_000;

    private static readonly Lazy<string> Built = new(Build);

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _containers = [];

    public void Dispose()
    {
        foreach (var container in _containers)
        {
            DeployTool.Docker.Try("rm", "--force", "--volumes", container);
        }

        _folder.Dispose();
    }

    [Fact]
    public void Image_IsSmallAndNotRoots()
    {
        RequireDocker();
        using var inspected = JsonDocument.Parse(DeployTool.Docker.Run("image", "inspect", Built.Value));
        var image = inspected.RootElement[0];
        Assert.Equal("1654", image.GetProperty("Config").GetProperty("User").GetString());
        Assert.InRange(image.GetProperty("Size").GetInt64(), 1, MostBytes);
    }

    [Fact]
    public void Image_HasNoShell()
    {
        RequireDocker();
        var (exitCode, _, error) = DeployTool.Docker.Try("run", "--rm", "--network", "none", "--entrypoint", "sh", Built.Value, "-c", "true");
        Assert.True(exitCode == 127, $"{exitCode}: {error}");
    }

    [Fact]
    public void Version_WithoutAnythingToWriteTo_IsTold()
    {
        RequireDocker();
        Assert.Equal($"eventgateway {EventGateway.Commands.ProductVersion.Text}", DeployTool.Docker.Run("run", "--rm", "--network", "none", "--read-only", Built.Value, "version").Trim());
    }

    [Fact]
    public async Task Standalone_WithThePodsRestrictions_ServesAndDrains()
    {
        RequireDocker();
        await using var upstream = await TestUpstream.StartAsync();
        var (http, https, status) = (FreePorts.Take(), FreePorts.Take(), FreePorts.Take());
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.example", "/", upstream.Port));
        Open(_folder.Path);
        var container = DeployTool.Docker.Run(
            ["run", "--detach", .. Restrictions, "--network", "host", "--tmpfs", "/tmp", "--volume", $"{_folder.Path}:/manifests:ro", Built.Value,
             "standalone", "--manifests=/manifests", "--data=/data", "--bind=127.0.0.1", $"--http-port={http}", $"--https-port={https}", $"--status-port={status}", "--drain-delay=1s"]).Trim();
        _containers.Add(container);
        using var client = new HttpClient(new SocketsHttpHandler());
        await Eventually.HoldsAsync(() => AnswersAsync(client, status, "/readyz", null), "the container is ready", []);
        Assert.True(await AnswersAsync(client, http, "/cart", "shop.example"), DeployTool.Docker.Try("logs", container).Error);

        DeployTool.Docker.Run("stop", "--time", "30", container);
        Assert.Equal("143", DeployTool.Docker.Run("inspect", "--format", "{{.State.ExitCode}}", container).Trim());
    }

    /// <summary>What the pod's security contexts say, in docker's words.</summary>
    private static IEnumerable<string> Restrictions => ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "1654:1654"];

    private static async Task<bool> AnswersAsync(HttpClient client, int port, string path, string? host)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{path}"));
            request.Headers.Host = host;
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Temporary folders are their maker's alone, and the container runs as somebody else.</summary>
    private static void Open(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
    }

    private static void RequireDocker()
    {
        DeployTool.Docker.Require();
        Assert.SkipWhen(!OperatingSystem.IsLinux() || DeployTool.Docker.Try("info").ExitCode != 0, "no docker daemon answers");
    }

    /// <summary>Of what the build has left: nothing is compiled, and no registry is asked.</summary>
    private static string Build()
    {
        DeployTool.Bash.Run(Repository.PathOf("deploy", "image", "local"), Image, "-c", "Debug", "--no-build");
        return Image;
    }
}
