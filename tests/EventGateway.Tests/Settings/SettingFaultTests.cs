using EventGateway.Settings;

namespace EventGateway.Tests.Settings;

/// <summary>Every wrong setting has a message that names it, what was written, and what to write.</summary>
public sealed class SettingFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("http-port", "99999", "--http-port: '99999' is not a port; use 1 to 65535, or 0 for any free one")]
    [InlineData("http-port", "http", "--http-port: 'http' is not a port; use 1 to 65535, or 0 for any free one")]
    [InlineData("bind", "localhost", "--bind: 'localhost' is not an IP address; use for example 127.0.0.1 or ::1, or leave it out to listen on all")]
    [InlineData("log-level", "loud", "--log-level: 'loud' is not a level; use trace, debug, info, warn, error or critical")]
    [InlineData("log-format", "xml", "--log-format: 'xml' is not one of text, json")]
    [InlineData("metrics-per-route", "maybe", "--metrics-per-route: 'maybe' is neither true nor false")]
    [InlineData("drain-delay", "soon", "--drain-delay: 'soon' is not a time; use for example 500ms, 5s or 1m, at most 24h")]
    [InlineData("drain-delay", "-1s", "--drain-delay: '-1s' is not a time; use for example 500ms, 5s or 1m, at most 24h")]
    [InlineData("drain-timeout", "5 d", "--drain-timeout: '5 d' is not a time; use for example 500ms, 5s or 1m, at most 24h")]
    [InlineData("drain-timeout", "25h", "--drain-timeout: '25h' is not a time; use for example 500ms, 5s or 1m, at most 24h")]
    [InlineData("max-uri-bytes", "255", "--max-uri-bytes: '255' is no size for the target of a request, its path and query; use 256 to 16777216")]
    [InlineData("trusted-ips", "10.0.0.1/8", "--trusted-ips: '10.0.0.1/8' has bits set behind its prefix; write 10.0.0.0/8 for the range, or 10.0.0.1 for the one address")]
    [InlineData("trusted-ips", "fd00::1/8", "--trusted-ips: 'fd00::1/8' has bits set behind its prefix; write fd00::/8 for the range, or fd00::1 for the one address")]
    [InlineData("trusted-ips", "10.0.0.0/33", "--trusted-ips: '10.0.0.0/33' is no range of addresses; use for example 10.0.0.0/8, fd00::/8 or 192.0.2.7")]
    [InlineData("trusted-ips", "lb.example", "--trusted-ips: 'lb.example' is no range of addresses; use for example 10.0.0.0/8, fd00::/8 or 192.0.2.7")]
    public void Process_WrongValue_IsNamed(string name, string value, string expected)
    {
        var probe = new SettingsProbe(flags: new() { [name] = [value] });
        var process = ProcessSettings.Read(probe.Reader);
        TrafficSettings.Read(probe.Reader, process.StatusPort);
        Assert.Equal([expected], probe.Faults);
    }

    [Fact]
    public void TrustedIps_Ranges_AreTakenAsWritten_AndEachBadOneIsNamed()
    {
        var good = new SettingsProbe(flags: new() { ["trusted-ips"] = ["10.0.0.0/8,10.1.2.3/32,192.0.2.7,fd00::/8,::1,0.0.0.0/0"] });
        Assert.Equal(["10.0.0.0/8", "10.1.2.3/32", "192.0.2.7/32", "fd00::/8", "::1/128", "0.0.0.0/0"], ConnectionSettings.Read(good.Reader).Trust.Ranges.Select(r => r.ToString()));
        Assert.Empty(good.Faults);
        var bad = new SettingsProbe(flags: new() { ["trusted-ips"] = ["10.0.0.1/8,10.0.0.0/8,192.0.2.1/24"] });
        ConnectionSettings.Read(bad.Reader);
        Assert.Equal(["'10.0.0.1/8'", "'192.0.2.1/24'"], bad.Faults.Select(f => f.Split(' ')[1]));
    }

    [Theory]
    [InlineData("kafka", "broker:none", "--kafka: 'broker:none' is not an address of a Kafka broker; use HOST:PORT")]
    [InlineData("prefix", "a b", "--prefix: prefix 'a b' cannot start a topic's name; use 1 to 100 letters, digits, '-', '_' and inner dots")]
    [InlineData("kafka-option", "acks=0", "--kafka-option: Kafka option 'acks' must not be changed: otherwise an acknowledged change can be lost; leave it out or set all")]
    [InlineData("kafka-option", "hunter2", "--kafka-option: expected NAME=VALUE or NAME=@FILE, for example security.protocol=SASL_SSL")]
    public void Kafka_WrongValue_IsNamed(string name, string value, string expected)
    {
        var probe = new SettingsProbe(flags: new(StringComparer.Ordinal) { ["kafka"] = ["127.0.0.1:9092"], [name] = [value] });
        KafkaConnectionSettings.Read(probe.Reader, createTopics: false);
        Assert.Equal([expected], probe.Faults);
    }

    [Fact]
    public void Kafka_Missing_SaysHowToGiveIt()
    {
        var probe = new SettingsProbe();
        KafkaConnectionSettings.Read(probe.Reader, createTopics: false);
        Assert.Equal(["--kafka: is required; give for example --kafka 127.0.0.1:9092, or set EVENTGATEWAY_KAFKA"], probe.Faults);
    }

    [Fact]
    public void KafkaOption_MissingSecretFile_NamesTheOptionAndTheFile()
    {
        var probe = new SettingsProbe(flags: new() { ["kafka"] = ["a:1"], ["kafka-option"] = [$"sasl.password=@{_folder.File("none")}"] });
        KafkaConnectionSettings.Read(probe.Reader, createTopics: false);
        var fault = Assert.Single(probe.Faults);
        Assert.StartsWith("--kafka-option: the file for 'sasl.password' cannot be read: ", fault, StringComparison.Ordinal);
        Assert.Contains(_folder.File("none"), fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_SamePortTwice_NamesBothFlags()
    {
        var probe = new SettingsProbe(flags: new() { ["http-port"] = ["8100"] });
        TrafficSettings.Read(probe.Reader, statusPort: 8100);
        Assert.Equal(["--http-port and --status-port: 8100 is used twice; give each a port of its own"], probe.Faults);
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5_000)]
    [InlineData("5", 5_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("0", 0)]
    [InlineData("24h", 86_400_000)]
    public void Duration_OfEachUnit_IsRead(string text, int milliseconds)
    {
        var probe = new SettingsProbe(flags: new() { ["drain-timeout"] = [text] });
        Assert.Equal(milliseconds, TrafficSettings.Read(probe.Reader, 0).Drain.Timeout.TotalMilliseconds);
        Assert.Empty(probe.Faults);
    }

    [Fact]
    public void Drain_NotSet_FitsIntoThePatienceOfAnOrchestrator()
    {
        Assert.Equal(new DrainSettings(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20)), TrafficSettings.Read(new SettingsProbe().Reader, 0).Drain);
        Assert.Equal(TimeSpan.Zero, TrafficSettings.Read(new SettingsProbe().Reader, 0, SettingCatalog.StandaloneDrainDelay).Drain.Delay);
    }

    [Fact]
    public void ProxyData_FolderThatCannotBe_IsNamed()
    {
        var file = _folder.Write("file", "");
        var probe = new SettingsProbe(flags: new() { ["kafka"] = ["127.0.0.1:9092"], ["data"] = [file] });
        ProxySettings.Read(probe.Reader);
        var fault = Assert.Single(probe.Faults);
        Assert.StartsWith($"--data: the folder '{file}/last-known-good' cannot be written: ", fault, StringComparison.Ordinal);
        Assert.EndsWith("; name one that belongs to this user", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void ProxyData_WhileSomethingElseIsWrong_IsNotTouched()
    {
        var data = _folder.File("data");
        var probe = new SettingsProbe(flags: new() { ["data"] = [data] });
        ProxySettings.Read(probe.Reader);
        Assert.Single(probe.Faults);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public void Source_EverythingWrong_IsAllTold()
    {
        var probe = new SettingsProbe(flags: new() { ["manifests"] = ["/no/such/folder"], ["mass-delete-limit"] = ["0"], ["origin"] = ["Cluster A"] });
        SourceSettings.Read(probe.Reader, SettingCatalog.Origin);
        Assert.Equal(
            [
                "--origin: 'Cluster A' is not a name; use 1 to 63 lower-case letters, digits and '-'",
                "--manifests: there is no file or folder '/no/such/folder'",
                "--mass-delete-limit: '0' is not a percentage; use 1 to 100, where 100 never holds anything",
            ],
            probe.Faults);
    }

    [Fact]
    public void Source_NothingGiven_SaysWhatIsRequired()
    {
        var probe = new SettingsProbe();
        SourceSettings.Read(probe.Reader, SettingCatalog.Origin);
        Assert.Equal(
            [
                "--origin: is required; give for example --origin cluster-a, or set EVENTGATEWAY_ORIGIN",
                "--manifests: a source is required; give for example --manifests ./manifests, or for a cluster one of --namespace, --namespace-selector, --all-namespaces",
            ],
            probe.Faults);
    }

    [Fact]
    public void Source_ManifestsAndNamespace_AreTooMuch() => AssertFaults(
        new() { ["manifests"] = [_folder.Path], ["namespace"] = ["shop"] }, "--manifests and --namespace: name one source, either manifests or a cluster");

    [Fact]
    public void Source_TwoWaysToChooseNamespaces_AreTooMuch() => AssertFaults(
        new() { ["all-namespaces"] = ["true"], ["namespace-selector"] = ["team=a"] }, "--namespace-selector and --all-namespaces: choose the namespaces in one way only");

    [Fact]
    public void Source_NamespaceThatIsNone_IsTold() => AssertFaults(
        new() { ["namespace"] = ["shop,My_Shop"] }, "--namespace: 'My_Shop' is not a name; use 1 to 63 lower-case letters, digits and '-'");

    [Theory]
    [InlineData("team=a", true)]
    [InlineData("team==a,tier!=test,!old,new", true)]
    [InlineData("team in (a, b),tier notin (test)", true)]
    [InlineData("example.com/team=a", true)]
    [InlineData("team=a b", false)]
    [InlineData("=a", false)]
    [InlineData("team in a", false)]
    public void Source_Selector_IsOneOrTold(string selector, bool isGood)
    {
        var flags = new Dictionary<string, string[]> { ["namespace-selector"] = [selector] };
        if (isGood)
        {
            AssertFaults(flags);
        }
        else
        {
            AssertFaults(flags, $"--namespace-selector: '{selector}' is not a label selector; use for example team=a, team!=a, 'team in (a,b)' or a list of these with commas");
        }
    }

    [Fact]
    public void Source_KubeconfigAlone_IsNotEnough()
    {
        var probe = new SettingsProbe(flags: new() { ["kubeconfig"] = ["/no/such/file"] });
        SourceSettings.Read(probe.Reader, SettingCatalog.LocalOrigin);
        Assert.Equal(["--kubeconfig: it is for reading a cluster; say which namespaces, too: --namespace, --namespace-selector, --all-namespaces"], probe.Faults);
    }

    [Theory]
    [InlineData("htp-port: 1\n", "htp-port in {0}, line 1: there is no such setting; did you mean 'http-port'?")]
    [InlineData("http-port: 1\n\nxyzzy: 1\n", "xyzzy in {0}, line 3: there is no such setting")]
    [InlineData("http-port: {a: b}\n", "http-port in {0}, line 1: expected one value or a list of values")]
    [InlineData("- http-port\n", "--config: '{0}' must be one mapping of setting names to values, for example 'http-port: 8080'")]
    [InlineData("http-port: [1, 2]\n", "http-port in {0}, line 1: expected one value, not 2")]
    [InlineData("http-port: nope\n", "http-port in {0}, line 1: 'nope' is not a port; use 1 to 65535, or 0 for any free one")]
    public void ConfigFile_Wrong_NamesFileAndLine(string text, string expected)
    {
        var path = _folder.Write("c.yaml", text);
        var probe = new SettingsProbe(file: path);
        probe.Reader.Port(SettingCatalog.HttpPort);
        Assert.Equal([string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, path)], probe.Faults);
    }

    [Fact]
    public void ConfigFile_BrokenYaml_NamesTheLine()
    {
        var path = _folder.Write("c.yaml", "http-port: 1\nbind: [unclosed\n");
        Assert.StartsWith($"--config: '{path}' is not YAML, line ", Assert.Single(new SettingsProbe(file: path).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigFile_SameNameTwice_IsAFault()
    {
        var path = _folder.Write("c.yaml", "http-port: 1\nhttp-port: 2\n");
        Assert.Contains("http-port", Assert.Single(new SettingsProbe(file: path).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigFile_Missing_IsAFault() => Assert.Contains(_folder.File("none.yaml"), Assert.Single(new SettingsProbe(file: _folder.File("none.yaml")).Faults), StringComparison.Ordinal);

    [Fact]
    public void ConfigFile_Empty_IsNoFault() => Assert.Empty(new SettingsProbe(file: _folder.Write("c.yaml", "# nothing\n")).Faults);

    private void AssertFaults(Dictionary<string, string[]> flags, params string[] expected)
    {
        flags["kubeconfig"] = [_folder.Write("kubeconfig", "current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: 'http://127.0.0.1:1'}}]\n")];
        var probe = new SettingsProbe(flags: flags);
        SourceSettings.Read(probe.Reader, SettingCatalog.LocalOrigin);
        Assert.Equal(expected, probe.Faults);
    }
}
