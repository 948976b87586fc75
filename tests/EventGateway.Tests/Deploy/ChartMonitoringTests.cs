using k8s.Models;
using YamlDotNet.Serialization;

namespace EventGateway.Tests.Deploy;

/// <summary>The chart's metrics, alerts and dashboard are those of deploy/observability.</summary>
public sealed class ChartMonitoringTests
{
    /// <summary>What the Prometheus operator's API has, as far as the chart uses it.</summary>
    private static readonly string[] MonitorFields = ["endpoints", "selector"];
    private static readonly string[] EndpointFields = ["interval", "path", "port", "relabelings"];
    private static readonly string[] RelabelingFields = ["action", "replacement", "sourceLabels", "targetLabel"];
    private static readonly string[] RuleFields = ["alert", "annotations", "expr", "for", "labels"];

    [Theory]
    [InlineData("alerts.yaml")]
    [InlineData("dashboard.json")]
    public void Files_OfTheChart_AreThoseOfObservability(string name) => Assert.Equal(
        File.ReadAllText(Repository.PathOf("deploy", "observability", name)), File.ReadAllText(Path.Combine(Chart.Folder, "files", name)));

    [Fact]
    public void ServiceMonitor_FindsTheStatusPort_OfEveryPod()
    {
        var chart = RenderedChart.Of("everything");
        var monitor = Single(chart, "ServiceMonitor");
        var spec = Map(monitor["spec"]);
        Assert.Equal(MonitorFields, Names(spec));
        var labels = Map(Map(spec["selector"])["matchLabels"]);
        var service = Assert.Single(chart.All<V1Service>(), s => labels.All(l => s.Metadata.Labels.TryGetValue((string)l.Key, out var value) && value == (string)l.Value));
        Assert.Equal("None", service.Spec.ClusterIP);
        Assert.All(chart.Deployments, d => Assert.All(service.Spec.Selector, s => Assert.Equal(s.Value, d.Spec.Template.Metadata.Labels[s.Key])));
        var endpoint = Map(Assert.Single((List<object>)spec["endpoints"]));
        Assert.Equal(EndpointFields, Names(endpoint));
        Assert.Equal(Assert.Single(service.Spec.Ports).Name, endpoint["port"]);
        Assert.All((List<object>)endpoint["relabelings"], r => Assert.Subset(RelabelingFields.ToHashSet(), Names(Map(r)).ToHashSet()));
        Assert.Contains((List<object>)endpoint["relabelings"], r => (string)Map(r)["targetLabel"] == "job" && (string)Map(r)["replacement"] == "eventgateway");
    }

    [Fact]
    public void PrometheusRule_HoldsTheAlerts()
    {
        var spec = Map(Single(RenderedChart.Of("everything"), "PrometheusRule")["spec"]);
        var alerts = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(File.ReadAllText(Repository.PathOf("deploy", "observability", "alerts.yaml")))!;
        Assert.Equivalent(alerts, spec, strict: true);
        var rules = ((List<object>)spec["groups"]).SelectMany(g => (List<object>)Map(g)["rules"]).Select(Map).ToList();
        Assert.NotEmpty(rules);
        Assert.All(rules, r => Assert.Subset(RuleFields.ToHashSet(), Names(r).ToHashSet()));
    }

    [Fact]
    public void Dashboard_IsTheOneOfObservability()
    {
        var map = Assert.Single(RenderedChart.Of("everything").All<V1ConfigMap>(), c => c.Metadata.Labels.ContainsKey("grafana_dashboard"));
        Assert.Equal(File.ReadAllText(Repository.PathOf("deploy", "observability", "dashboard.json")).TrimEnd(), Assert.Single(map.Data).Value.TrimEnd());
    }

    private static Dictionary<object, object> Single(RenderedChart chart, string kind) => Assert.Single(chart.Foreign, f => (string)f["kind"] == kind);

    private static Dictionary<object, object> Map(object value) => Assert.IsType<Dictionary<object, object>>(value);

    private static IEnumerable<string> Names(Dictionary<object, object> map) => map.Keys.Cast<string>().Order(StringComparer.Ordinal);
}
