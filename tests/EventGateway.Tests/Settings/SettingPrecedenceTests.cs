using EventGateway.Settings;

namespace EventGateway.Tests.Settings;

public sealed class SettingPrecedenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Port_SetEverywhere_IsTheFlags() => Assert.Equal(1001, Port(flag: "1001", environment: "1002", file: "1003"));

    [Fact]
    public void Port_SetInEnvironmentAndFile_IsTheEnvironments() => Assert.Equal(1002, Port(environment: "1002", file: "1003"));

    [Fact]
    public void Port_SetInFile_IsTheFiles() => Assert.Equal(1003, Port(file: "1003"));

    [Fact]
    public void Port_SetNowhere_IsTheDefault() => Assert.Equal(8000, Port());

    [Fact]
    public void Port_EnvironmentIsEmpty_IsAsIfNotSet() => Assert.Equal(1003, Port(environment: "", file: "1003"));

    [Fact]
    public void Setting_EnvironmentVariable_IsTheNameInCapitals() => Assert.Equal("EVENTGATEWAY_HTTP_PORT", SettingCatalog.HttpPort.EnvironmentVariable);

    [Fact]
    public void List_StrongerSource_ReplacesTheWholeList()
    {
        var probe = new SettingsProbe(environment: new() { ["EVENTGATEWAY_WORKSPACE"] = "a, b" }, file: _folder.Write("c.yaml", "workspace: [x, y, z]\n"));
        Assert.Equal(["a", "b"], probe.Reader.Labels(SettingCatalog.Workspaces));
    }

    [Fact]
    public void List_InFile_IsAListOrOneText()
    {
        var probe = new SettingsProbe(file: _folder.Write("c.yaml", "workspace: [a, 'b,c']\norigin: d,e\n"));
        Assert.Equal(["a", "b", "c"], probe.Reader.Labels(SettingCatalog.Workspaces));
        Assert.Equal(["d", "e"], probe.Reader.Labels(SettingCatalog.Origins));
    }

    [Fact]
    public void KafkaOptions_InFile_MayBeAMapping()
    {
        var probe = new SettingsProbe(file: _folder.Write("c.yaml", "kafka: broker:9092\nkafka-option:\n  security.protocol: SASL_SSL\n  sasl.mechanism: PLAIN\n  sasl.password: p\n  sasl.username: eg\n"));
        var settings = KafkaConnectionSettings.Read(probe.Reader, createTopics: false);
        Assert.Equal("SASL_SSL", settings.ClientOptions["security.protocol"]);
        Assert.Equal("eg", settings.ClientOptions["sasl.username"]);
        Assert.Empty(probe.Faults);
    }

    [Fact]
    public void KafkaOptions_InEnvironment_StandOnLinesOfTheirOwn()
    {
        var probe = new SettingsProbe(environment: new()
        {
            ["EVENTGATEWAY_KAFKA"] = "a:1,b:2",
            ["EVENTGATEWAY_KAFKA_OPTION"] = "security.protocol=SSL\nsasl.password=a,b=c",
        });
        var settings = KafkaConnectionSettings.Read(probe.Reader, createTopics: false);
        Assert.Equal("a:1,b:2", settings.BootstrapServers);
        Assert.Equal("SSL", settings.ClientOptions["security.protocol"]);
        Assert.Equal("a,b=c", settings.ClientOptions["sasl.password"]);
    }

    [Fact]
    public void KafkaOptions_FromFile_AreReadWithoutTheLastLineBreak()
    {
        var secret = _folder.Write("password", "s3cret\n");
        var probe = new SettingsProbe(flags: new() { ["kafka"] = ["a:1"], ["kafka-option"] = [$"sasl.password=@{secret}"] });
        var settings = KafkaConnectionSettings.Read(probe.Reader, createTopics: false);
        Assert.Equal("s3cret", settings.ClientOptions["sasl.password"]);
        Assert.DoesNotContain("s3cret", settings.ToString(), StringComparison.Ordinal);
    }

    private int Port(string? flag = null, string? environment = null, string? file = null)
    {
        var probe = new SettingsProbe(
            flag is null ? null : new() { ["http-port"] = [flag] },
            environment is null ? null : new() { ["EVENTGATEWAY_HTTP_PORT"] = environment },
            file is null ? null : _folder.Write("c.yaml", $"http-port: {file}\n"));
        var port = probe.Reader.Port(SettingCatalog.HttpPort);
        Assert.Empty(probe.Faults);
        return port;
    }
}
