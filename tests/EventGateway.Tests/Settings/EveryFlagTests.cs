using System.CommandLine;
using EventGateway.Commands;
using EventGateway.Settings;
using EventGateway.Tests.Commands;

namespace EventGateway.Tests.Settings;

/// <summary>
/// Each flag of each command with a value that is wrong: the command ends with 2 and says which flag, what was written, and what to write. A flag
/// that is new has to be given a wrong value here.
/// </summary>
public sealed class EveryFlagTests
{
    private const string None = "/no/such/thing";
    private const string Second = "--xyzzyxyzzy";

    /// <summary>Values that may be secrets are not shown.</summary>
    private static readonly string[] Secret = [SettingCatalog.KafkaOption.Name, SettingCatalog.OtlpHeaders.Name];

    private static readonly HashSet<string> OfClusters = [.. SettingCatalog.Source.Select(s => s.Name).Where(n => n != SettingCatalog.Manifests.Name)];

    private static readonly string Kubeconfig = WriteKubeconfig();

    private static readonly Dictionary<string, string> Wrong = new()
    {
        [SettingCatalog.Manifests.Name] = None,
        [SettingCatalog.Kafka.Name] = "broker:none",
        [SettingCatalog.KafkaOption.Name] = "hunter2",
        [SettingCatalog.Prefix.Name] = "a b",
        [SettingCatalog.Origin.Name] = "Cluster A",
        [SettingCatalog.Workspaces.Name] = "Shop 1",
        [SettingCatalog.CreateTopics.Name] = "maybe",
        [SettingCatalog.IngressClass.Name] = "Kong Ingress",
        [SettingCatalog.MassDeleteLimit.Name] = "0",
        [SettingCatalog.Data.Name] = "/dev/null/data",
        [SettingCatalog.KeyRing.Name] = None,
        [SettingCatalog.HttpPort.Name] = "99999",
        [SettingCatalog.HttpsPort.Name] = "-1",
        [SettingCatalog.TlsMinVersion.Name] = "1.1",
        [SettingCatalog.TlsCiphers.Name] = "TLS_NO_SUCH_SUITE",
        [SettingCatalog.StatusPort.Name] = "http",
        [SettingCatalog.Bind.Name] = "localhost",
        [SettingCatalog.AccessLog.Name] = "/no/such/folder/access.log",
        [SettingCatalog.MetricsPerRoute.Name] = "maybe",
        [SettingCatalog.DrainDelay.Name] = "soon",
        [SettingCatalog.DrainTimeout.Name] = "25h",
        [SettingCatalog.OtlpEndpoint.Name] = "collector:4317",
        [SettingCatalog.OtlpProtocol.Name] = "thrift",
        [SettingCatalog.OtlpHeaders.Name] = "hunter2",
        [SettingCatalog.TraceSampleRatio.Name] = "2",
        [SettingCatalog.StreamListen.Name] = "0",
        [SettingCatalog.Http3.Name] = "maybe",
        [SettingCatalog.TrustedIps.Name] = "10.0.0.0/99",
        [SettingCatalog.ProxyProtocol.Name] = "v3",
        [SettingCatalog.RealIpHeader.Name] = "x-who",
        [SettingCatalog.RealIpRecursive.Name] = "maybe",
        [SettingCatalog.MaxHeaderBytes.Name] = "1",
        [SettingCatalog.MaxUriBytes.Name] = "8k",
        [SettingCatalog.MaxBodyBytes.Name] = "-1",
        [SettingCatalog.MaxConnections.Name] = "many",
        [SettingCatalog.MaxHttp2Streams.Name] = "0",
        [SettingCatalog.HeaderTimeout.Name] = "0",
        [SettingCatalog.KeepAliveTimeout.Name] = "1m",
        [SettingCatalog.EchoPorts.Name] = "0",
        [SettingCatalog.LogLevel.Name] = "loud",
        [SettingCatalog.LogFormat.Name] = "xml",
        [SettingCatalog.Config.Name] = None,
        [SettingCatalog.Output.Name] = "yaml",
        [SettingCatalog.Url.Name] = "here",
        [SettingCatalog.KeyId.Name] = "a: b",
        [SettingCatalog.Timeout.Name] = "soon",
        [SettingCatalog.Generation.Name] = "0",
        [SettingCatalog.Namespaces.Name] = "Shop 1",
        [SettingCatalog.NamespaceSelector.Name] = "team=a b",
        [SettingCatalog.AllNamespaces.Name] = "maybe",
        [SettingCatalog.Kubeconfig.Name] = None,
        [SettingCatalog.SecretSelector.Name] = "tls in a",
    };

    public static TheoryData<string, string> Flags => [.. Leaves(CommandLine.Create())
        .SelectMany(c => c.Command is ISettingsCommand command ? command.Offered.Select(s => (c.Path, s.Name)) : [])];

    [Theory]
    [MemberData(nameof(Flags))]
    public async Task Flag_WrongValue_ExitsWith2AndNamesFlagAndValue(string command, string name)
    {
        Assert.True(Wrong.TryGetValue(name, out var value), $"--{name} of '{command}' has no wrong value here: give it one, and a message");
        var setting = ((ISettingsCommand)Leaves(CommandLine.Create()).Single(c => c.Path == command).Command).Offered.Single(s => s.Name == name);

        // The second fault sees to it that nothing ever starts; a folder is not even looked at when there is another.
        string[] second = name == SettingCatalog.Data.Name || command == "wait" ? [] : [Second];

        // A switch takes no value on the command line.
        var (flag, environment) = setting.IsSwitch
            ? ((string[])[], new Dictionary<string, string> { [setting.EnvironmentVariable] = value })
            : ([$"--{name}={value}"], null);
        var run = await CommandRun.OfAsync([.. command.Split(' '), .. Needed(command, name), .. flag, .. second], environment);
        Assert.Equal(2, run.ExitCode);
        var fault = Assert.Single(
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            l => l.StartsWith("eventgateway: ", StringComparison.Ordinal) && !l.Contains(Second, StringComparison.Ordinal));
        Assert.StartsWith($"eventgateway: {(setting.IsSwitch ? setting.EnvironmentVariable : setting.Flag)}: ", fault, StringComparison.Ordinal);
        if (!Secret.Contains(name))
        {
            Assert.Contains($"'{value}", fault, StringComparison.Ordinal);
        }

        // What is wrong with it, and more than that.
        Assert.True(fault.Length > $"eventgateway: --{name}: '{value}'".Length + 15, fault);
        Assert.Empty(run.Out);
    }

    [Fact]
    public void WrongValues_OfFlagsThatAreGone_AreGone()
    {
        var offered = Flags.Select(f => f.Data.Item2).ToHashSet();
        Assert.DoesNotContain(Wrong.Keys, n => n != SettingCatalog.EchoPorts.Name && !offered.Contains(n));
    }

    /// <summary>What the command cannot do without, so that the one fault is the flag's.</summary>
    private static IEnumerable<string> Needed(string command, string name)
    {
        Dictionary<string, string> needed = command switch
        {
            "proxy" => new() { [SettingCatalog.Kafka.Name] = "127.0.0.1:1" },
            "watcher" => new() { [SettingCatalog.Kafka.Name] = "127.0.0.1:1", [SettingCatalog.Origin.Name] = "a", [SettingCatalog.Manifests.Name] = "." },
            "standalone" => new() { [SettingCatalog.Manifests.Name] = "." },
            "validate" => new() { [SettingCatalog.Manifests.Name] = "." },
            "wait" => new() { [SettingCatalog.Kafka.Name] = "127.0.0.1:1" },
            "status" when SettingCatalog.KafkaConnection.Any(s => s.Name == name) => new() { [SettingCatalog.Kafka.Name] = "127.0.0.1:1" },
            _ when command.StartsWith("topics ", StringComparison.Ordinal) => new()
            {
                [SettingCatalog.Kafka.Name] = "127.0.0.1:1", [SettingCatalog.Origin.Name] = "a", [SettingCatalog.Workspaces.Name] = "b",
            },
            _ => [],
        };
        if (OfClusters.Contains(name))
        {
            needed.Remove(SettingCatalog.Manifests.Name);
            needed[SettingCatalog.Kubeconfig.Name] = Kubeconfig;
            if (name == SettingCatalog.Kubeconfig.Name || name == SettingCatalog.SecretSelector.Name)
            {
                needed[SettingCatalog.Namespaces.Name] = "shop";
            }
        }

        needed.Remove(name);
        return command == "wait" ? [.. needed.Select(n => $"--{n.Key}={n.Value}"), "ingress/shop/web"] : command == "validate" ? needed.Values : needed.Select(n => $"--{n.Key}={n.Value}");
    }

    private static string WriteKubeconfig()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "every-flag.kubeconfig");
        File.WriteAllText(path, """
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: test, user: test}}]
            clusters: [{name: test, cluster: {server: "https://127.0.0.1:1"}}]
            users: [{name: test, user: {token: test}}]
            """);
        return path;
    }

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path = "") =>
        command.Subcommands.SelectMany(c => c.Subcommands.Count == 0 ? [($"{path} {c.Name}".Trim(), c)] : Leaves(c, $"{path} {c.Name}".Trim()));
}
