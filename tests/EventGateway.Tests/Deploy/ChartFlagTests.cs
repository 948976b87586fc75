using System.CommandLine;
using System.Net.Quic;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EventGateway.Commands;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Settings;
using EventGateway.Tests.Commands;
using k8s.Models;

namespace EventGateway.Tests.Deploy;

/// <summary>Every flag and variable in a pod is one that the command takes, with a value that it takes.</summary>
public sealed class ChartFlagTests
{
    /// <summary>
    /// What the chart already writes, and the executable does not take yet: reading from a cluster, addresses in the status of Ingresses, and nearness of
    /// origins. A flag that has come must be taken out here, and out of «Not there yet» in docs/guides/deploy.md.
    /// </summary>
    private static readonly string[] NotThereYet = ["--publish-service", "--publish-address", "--locality"];

    /// <summary>Stands in for the service account that a pod has.</summary>
    private const string Kubeconfig = """
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: {cluster: test, user: test}}]
        clusters: [{name: test, cluster: {server: "https://127.0.0.1:6443"}}]
        users: [{name: test, user: {token: test}}]
        """;

    public static TheoryData<string> Names => [.. Chart.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pods_Arguments_AreAcceptedByTheCommand(string name)
    {
        foreach (var (component, pod) in RenderedChart.Of(name).Pods)
        {
            using var machine = new TemporaryFolder();
            var container = Assert.Single(pod.Spec.Containers);
            var variables = (container.Env ?? []).ToDictionary(e => e.Name, _ => "some-namespace", StringComparer.Ordinal);
            var arguments = OnThisMachine(container.Args, pod.Spec, machine);
            var faults = Faults(WithoutWhatIsNotThereYet(arguments, variables, machine), variables);
            Assert.True(faults.Count == 0, $"{name}, {component}: {string.Join("\n", faults)}\n{string.Join(' ', arguments)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pods_ReadFiles_ThatAreMounted(string name) => Assert.All(RenderedChart.Of(name).Pods, p =>
    {
        var container = Assert.Single(p.Pod.Spec.Containers);
        var paths = container.Args.SelectMany(a => a.Split('=', '@')).Where(v => v.StartsWith('/'));
        Assert.All(paths, path => Assert.Contains(container.VolumeMounts, m => path == m.MountPath || path.StartsWith($"{m.MountPath}/", StringComparison.Ordinal)));
    });

    [Fact]
    public async Task Manifests_OfTheValues_AreAccepted()
    {
        using var folder = new TemporaryFolder();
        var files = RenderedChart.Of("manifests-only").All<V1ConfigMap>().Single().Data;
        Assert.NotEmpty(files);
        var run = await CommandRun.OfAsync(["validate", .. files.Select(f => folder.Write(f.Key, f.Value))]);
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
    }

    [Fact]
    public void NotThereYet_IsStillSo_AndSaidInTheGuide()
    {
        var offered = Commands().SelectMany(c => c.Offered).Select(s => s.Flag).ToHashSet();
        Assert.All(NotThereYet, flag => Assert.DoesNotContain(flag, offered));
        var guide = File.ReadAllText(Repository.PathOf("docs", "guides", "deploy.md"));
        Assert.Contains("## Not there yet", guide, StringComparison.Ordinal);
        Assert.All(NotThereYet, flag => Assert.Contains($"`{flag}`", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void NotThereYet_IsWhatTheChartWrites() => Assert.Empty(NotThereYet.Except(Chart.All.Select(RenderedChart.Of)
        .SelectMany(c => c.Pods).SelectMany(p => p.Pod.Spec.Containers.Single().Args).Select(a => a.Split('=')[0])));

    [Theory]
    [InlineData("standalone")]
    [InlineData("watcher")]
    [InlineData("proxy")]
    public void Settings_OfTheSchema_AreAllFlagsThatTheChartDoesNotWriteItself(string role)
    {
        string[] chartsOwn =
        [
            "--kafka", "--kafka-option", "--prefix", "--origin", "--workspace", "--manifests", "--create-topics", "--key-ring", "--ingress-class", "--mass-delete-limit", "--data",
            "--drain-delay", "--drain-timeout", "--stream-listen", "--http-port", "--https-port", "--status-port", "--bind", "--config",

            // Where configuration comes from; in a pod the way to the cluster is its service account.
            "--namespace", "--namespace-selector", "--all-namespaces", "--secret-label-selector", "--kubeconfig", "--publish-service", "--publish-address", "--locality",
        ];
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Chart.Folder, "values.schema.json")));
        var reference = schema.RootElement.GetProperty("properties").GetProperty(role).GetProperty("properties").GetProperty("settings").GetProperty("$ref").GetString()!;
        var names = schema.RootElement.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]).GetProperty("properties").EnumerateObject().Select(p => $"--{p.Name}");
        var command = Commands().Single(c => ((Command)c).Name == role);
        Assert.Equal(
            command.Offered.Select(s => s.Flag).Except(chartsOwn).Order(StringComparer.Ordinal),
            names.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<ISettingsCommand> Commands() => CommandLine.Create().Subcommands.OfType<ISettingsCommand>();

    /// <summary>Parses and reads as the command would, and begins nothing.</summary>
    private static List<ConfigProblem> Faults(IReadOnlyList<string> arguments, Dictionary<string, string> variables)
    {
        List<ConfigProblem> faults = [];
        var parsed = CommandLine.Create().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        faults.AddRange(parsed.Errors.Select(e => new ConfigProblem("", e.Message)));
        var console = new CommandConsole(TextWriter.Null, TextWriter.Null, variables.GetValueOrDefault, TimeProvider.System);
        Assert.IsAssignableFrom<ISettingsCommand>(parsed.CommandResult.Command).Check(parsed, console, faults);
        return faults;
    }

    /// <summary>The pod's volumes as folders of this machine, with a file for each that an argument names.</summary>
    private static List<string> OnThisMachine(IEnumerable<string> arguments, V1PodSpec pod, TemporaryFolder machine)
    {
        foreach (var mount in Assert.Single(pod.Containers).VolumeMounts)
        {
            Directory.CreateDirectory(machine.Path + mount.MountPath);
        }

        var moved = arguments.Select(a => a.Replace("=/", $"={machine.Path}/", StringComparison.Ordinal).Replace("=@/", $"=@{machine.Path}/", StringComparison.Ordinal)).ToList();
        foreach (var path in moved.SelectMany(a => a.Split('=', '@')).Where(v => v.StartsWith(machine.Path, StringComparison.Ordinal) && !Directory.Exists(v)))
        {
            machine.Write(Path.GetRelativePath(machine.Path, path), Content(path), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        }

        // What the image has is not what this machine has.
        return [.. moved.Where(a => a != "--http3" || QuicListener.IsSupported)];
    }

    private static string Content(string path)
    {
        if (path.EndsWith("ca.crt", StringComparison.Ordinal))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            return certificate.ExportCertificatePem();
        }

        return path.Contains("key-ring", StringComparison.Ordinal) ? KeyRing.NewLine("test") : "text";
    }

    /// <summary>Without a cluster to read from, a command asks for manifests: it gets some.</summary>
    private static List<string> WithoutWhatIsNotThereYet(List<string> arguments, Dictionary<string, string> variables, TemporaryFolder machine)
    {
        var left = arguments.Where(a => !NotThereYet.Contains(a.Split('=')[0])).ToList();
        foreach (var flag in NotThereYet)
        {
            variables.Remove(new Setting(flag[2..], "", "").EnvironmentVariable);
        }

        if (arguments[0] is "watcher" or "standalone" && !left.Any(a => a.StartsWith("--manifests=", StringComparison.Ordinal)))
        {
            left.Add(NotThereYet.Contains("--namespace") ? $"--manifests={machine.Path}" : $"--kubeconfig={machine.Write("kubeconfig", Kubeconfig)}");
        }

        return left;
    }
}
