namespace EventGateway.Tests.Deploy;

/// <summary>Wrong values are refused before anything is made, by a message that names the value.</summary>
public sealed class ChartValuesTests
{
    private const string Kafka = "standalone.enabled=false,watcher.enabled=true,proxy.enabled=true,kafka.brokers={kafka:9092}";

    [Theory]
    [InlineData("proxy.replica=3", "'/proxy': additional properties 'replica' not allowed")]
    [InlineData("prxy.replicas=3", "additional properties 'prxy' not allowed")]
    [InlineData("proxy.replicas=three", "'/proxy/replicas': got string, want integer")]
    [InlineData("watcher.replicas=-1", "'/watcher/replicas': minimum: got -1, want 0")]
    [InlineData("source.origin=Cluster_A", "'/source/origin': 'Cluster_A' does not match pattern")]
    [InlineData("source.namespaces={shop,shop}", "'/source/namespaces': items at 0 and 1 are equal")]
    [InlineData("source.massDeleteLimit=0", "'/source/massDeleteLimit': minimum: got 0, want 1")]
    [InlineData("kafka.brokers={kafka}", "'/kafka/brokers/0': 'kafka' does not match pattern")]
    [InlineData("kafka.options.sasl\\.password=hunter2", "invalid propertyName 'sasl.password'")]
    [InlineData("topics.createdBy=someone", "'/topics/createdBy': value must be one of 'watcher', 'job', 'nobody'")]
    [InlineData("proxy.settings.max-conections=5", "'/proxy/settings': additional properties 'max-conections' not allowed")]
    [InlineData("proxy.settings.http-port=80", "'/proxy/settings': additional properties 'http-port' not allowed")]
    [InlineData("watcher.settings.http3=true", "'/watcher/settings': additional properties 'http3' not allowed")]
    [InlineData("proxy.streamPorts={8443}", "'/proxy/streamPorts/0': 'not' failed")]
    [InlineData("proxy.drain.delaySeconds=5s", "'/proxy/drain/delaySeconds': got string, want integer")]
    [InlineData("proxy.data.persistentVolumeClaim.claimName=one", "'/proxy/data'")]
    [InlineData("image.repository=registry.example/eventgateway@sha256", "'/image/repository'")]
    [InlineData("service.type=External", "'/service/type': value must be one of 'ClusterIP', 'NodePort', 'LoadBalancer'")]
    [InlineData("standalone.resources.limits.memory=lots", "'/standalone/resources/limits/memory': 'lots' does not match pattern")]
    [InlineData("extraLabels.a=b c", "'/extraLabels/a': 'b c' does not match pattern")]
    public void Schema_WrongValue_IsRefusedByName(string value, string expected) => AssertRefused(["--set", value], expected);

    [Theory]
    [InlineData("standalone.enabled=false", "nothing is enabled: set standalone.enabled, or watcher.enabled and proxy.enabled")]
    [InlineData("proxy.enabled=true,kafka.brokers={kafka:9092}", "standalone.enabled is watcher, log and proxy in one: set it to false beside watcher.enabled and proxy.enabled")]
    [InlineData("standalone.enabled=false,proxy.enabled=true", "kafka.brokers: proxy.enabled needs brokers, for example [kafka.kafka:9092]")]
    [InlineData("source.allNamespaces=true,source.namespaces={shop}", "source.namespaces and source.allNamespaces: name one source only")]
    [InlineData("source.manifests.configMaps={a},source.namespaceSelector=team=x", "source.namespaceSelector and source.manifests: name one source only")]
    [InlineData($"{Kafka},watcher.perNamespace=true", "watcher.perNamespace: needs the names in source.namespaces")]
    [InlineData($"{Kafka},topics.createdBy=job,source.allNamespaces=true", "topics.workspaces: name the workspaces whose topics the job makes")]
    [InlineData($"{Kafka},source.manifests.configMaps={{a}},watcher.replicas=2", "watcher.replicas: watchers of manifests have no election")]
    [InlineData($"{Kafka},kafka.secretOptions.sasl\\.password=password", "kafka.secretOptions: name the Secret that holds them")]
    [InlineData($"{Kafka},proxy.autoscaling.enabled=true,proxy.autoscaling.minReplicas=9,proxy.autoscaling.maxReplicas=3", "proxy.autoscaling.maxReplicas: 3 is less than minReplicas, 9")]
    [InlineData("standalone.replicas=2,standalone.data.persistentVolumeClaim.claimName=one", "standalone.data.persistentVolumeClaim: an embedded log has one writer")]
    public void Template_ValuesThatDoNotFitTogether_AreRefusedWithTheReason(string values, string expected) => AssertRefused(["--set", values], expected);

    [Fact]
    public void Reference_NamesEveryValue()
    {
        var text = File.ReadAllText(Repository.PathOf("docs", "reference", "chart-values.md"));
        Assert.Equal("", string.Join('\n', Leaves(File.ReadAllLines(Path.Combine(Chart.Folder, "values.yaml"))).Where(v => !text.Contains($"`{v}`", StringComparison.Ordinal))));
    }

    private static void AssertRefused(string[] arguments, string expected)
    {
        var (exitCode, _, error) = DeployTool.Helm.Try(["template", "gateway", Chart.Folder, .. arguments]);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    /// <summary>Second-level names of values.yaml, and first-level ones that have none below: «proxy.replicas», «nameOverride».</summary>
    private static IEnumerable<string> Leaves(IEnumerable<string> lines)
    {
        var section = "";
        foreach (var line in lines.Where(l => l.TrimStart() is { Length: > 0 } text && text[0] is not '#' and not '-'))
        {
            var name = line.Split(':')[0].Trim();
            if (line[0] != ' ')
            {
                section = line.TrimEnd().EndsWith(':') ? name : "";
                if (section.Length == 0)
                {
                    yield return name;
                }
            }
            else if (line.Length > 2 && line[2] != ' ' && section.Length > 0)
            {
                yield return $"{section}.{name}";
            }
        }
    }
}
