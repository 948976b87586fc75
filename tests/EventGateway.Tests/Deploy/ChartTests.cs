using System.Globalization;
using EventGateway.Commands;
using k8s;
using k8s.Models;

namespace EventGateway.Tests.Deploy;

/// <summary>What the chart makes is what Kubernetes knows, and its parts fit together.</summary>
public sealed class ChartTests
{
    public static TheoryData<string> Names => [.. Chart.All];

    [Fact]
    public void Chart_Folder_HasAValuesFileForEachDeployment() => Assert.Equal(
        Chart.Deployments.Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Path.Combine(Chart.Folder, "deployments")).Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Lint_Strict_FindsNothing(string name) =>
        Assert.Contains("0 chart(s) failed", DeployTool.Helm.Run("lint", "--strict", Chart.Folder, "--values", Chart.ValuesOf(name)), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void Template_Objects_HoldOnlyFieldsThatKubernetesKnows(string name) => Assert.NotEmpty(RenderedChart.Of(name).Objects);

    [Fact]
    public void Reading_AnUnknownField_Fails()
    {
        const string Misspelt = "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {prots: []}\n";
        Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(Misspelt, typeMap: null, strict: true));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Objects_EachHasItsPlaceAndItsLabels(string name) => Assert.All(RenderedChart.Of(name).Objects, item =>
    {
        var isClusters = item is V1ClusterRole or V1ClusterRoleBinding or V1IngressClass;
        Assert.Equal(isClusters, item.Metadata.NamespaceProperty is null);
        Assert.Equal("gateway", item.Metadata.Labels["app.kubernetes.io/instance"]);
        Assert.Equal(AppVersion, item.Metadata.Labels["app.kubernetes.io/version"]);
        Assert.True(item.Metadata.Name.Length <= 63, item.Metadata.Name);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Objects_Names_AreThereOnce(string name) => Assert.Empty(RenderedChart.Of(name).Objects
        .GroupBy(o => $"{o.Kind} {o.Metadata.NamespaceProperty}/{o.Metadata.Name}").Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void AppVersion_IsTheExecutables() => Assert.Equal(ProductVersion.Text, AppVersion);

    [Theory]
    [InlineData("one-controller", "eventgateway:{0}")]
    [InlineData("everything", "registry.example/eventgateway@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("everything-standalone", "eventgateway:edge")]
    public void Image_Tag_IsTheVersionUnlessGiven(string name, string expected) =>
        Assert.All(RenderedChart.Of(name).Pods, p => Assert.Equal(string.Format(CultureInfo.InvariantCulture, expected, AppVersion), Assert.Single(p.Pod.Spec.Containers).Image));

    [Theory]
    [MemberData(nameof(Names))]
    public void Selectors_FindTheirPods(string name)
    {
        var chart = RenderedChart.Of(name);
        var pods = chart.Pods.Select(p => p.Pod.Metadata.Labels).ToList();
        Assert.All(chart.Deployments, d => Assert.Equal(1, pods.Count(p => Matches(d.Spec.Selector.MatchLabels, p))));
        Assert.All(chart.All<V1PodDisruptionBudget>(), b => Assert.Equal(1, pods.Count(p => Matches(b.Spec.Selector.MatchLabels, p))));
        Assert.All(chart.All<V1Service>(), s => Assert.Contains(pods, p => Matches(s.Spec.Selector, p)));
        Assert.All(pods, p => Assert.Single(chart.All<V1NetworkPolicy>(), n => Matches(n.Spec.PodSelector.MatchLabels, p)));
        Assert.All(chart.All<V2HorizontalPodAutoscaler>(), h => Assert.Null(Assert.Single(chart.Deployments, d => d.Metadata.Name == h.Spec.ScaleTargetRef.Name).Spec.Replicas));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ports_OfServicesPoliciesAndProbes_AreThoseOfTheContainers(string name)
    {
        var chart = RenderedChart.Of(name);
        foreach (var service in chart.All<V1Service>())
        {
            var container = Assert.Single(chart.Pods.First(p => Matches(service.Spec.Selector, p.Pod.Metadata.Labels)).Pod.Spec.Containers);
            Assert.All(service.Spec.Ports, port => Assert.Contains(container.Ports, c => c.Name == port.TargetPort.Value && c.Protocol == port.Protocol));
        }

        foreach (var (_, pod) in chart.Pods.Where(p => p.Component is "proxy" or "standalone"))
        {
            var container = Assert.Single(pod.Spec.Containers);
            var policy = Assert.Single(chart.All<V1NetworkPolicy>(), n => Matches(n.Spec.PodSelector.MatchLabels, pod.Metadata.Labels));
            var open = policy.Spec.Ingress.Where(r => r.FromProperty is null).SelectMany(r => r.Ports).Select(p => $"{p.Port.Value}/{p.Protocol}");
            Assert.Equal(container.Ports.Where(p => p.Name != "status").Select(p => $"{p.ContainerPort}/{p.Protocol}"), open);
            Assert.Equal(
                container.Ports.Where(p => p.Name.StartsWith("stream-", StringComparison.Ordinal)).Select(p => $"{p.ContainerPort}"),
                container.Args.Where(a => a.StartsWith("--stream-listen=", StringComparison.Ordinal)).SelectMany(a => a["--stream-listen=".Length..].Split(',')));
            Assert.All([container.StartupProbe, container.LivenessProbe, container.ReadinessProbe], probe => Assert.Equal("status", probe.HttpGet.Port.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void GracePeriod_CoversTheDrainAndTheEnd(string name) => Assert.All(RenderedChart.Of(name).Pods.Where(p => p.Component is "proxy" or "standalone"), p =>
    {
        // docs/guides/rolling-the-proxies.md: both, and 4 s for writing what is left.
        var args = Assert.Single(p.Pod.Spec.Containers).Args;
        Assert.True(p.Pod.Spec.TerminationGracePeriodSeconds > Seconds("--drain-delay=") + Seconds("--drain-timeout=") + 4, p.Component);

        int Seconds(string flag) => int.Parse(Assert.Single(args, a => a.StartsWith(flag, StringComparison.Ordinal))[flag.Length..].TrimEnd('s'), CultureInfo.InvariantCulture);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Volumes_AreAllMounted_AndMountsHaveVolumes(string name) => Assert.All(RenderedChart.Of(name).Pods, p =>
        Assert.Equal(p.Pod.Spec.Volumes.Select(v => v.Name).Order(StringComparer.Ordinal), Assert.Single(p.Pod.Spec.Containers).VolumeMounts.Select(m => m.Name).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("--set", "standalone.replicas=2", true)]
    [InlineData("--set", "standalone.replicas=1", false)]
    public void DisruptionBudget_IsThereWhereTwoPodsAre(string flag, string value, bool expected) =>
        Assert.Equal(expected, RenderedChart.With(flag, value).All<V1PodDisruptionBudget>().Any());

    [Fact]
    public void WatcherOfManifests_IsReplacedBeforeTheNextStarts() =>
        Assert.Equal("Recreate", Assert.Single(RenderedChart.Of("manifests-only").Deployments, d => RenderedChart.ComponentOf(d) == "watcher").Spec.Strategy.Type);

    private static string AppVersion { get; } = File.ReadLines(Path.Combine(Chart.Folder, "Chart.yaml")).Single(l => l.StartsWith("appVersion: ", StringComparison.Ordinal))["appVersion: ".Length..];

    private static bool Matches(IDictionary<string, string> selector, IDictionary<string, string> labels) =>
        selector.All(s => labels.TryGetValue(s.Key, out var value) && value == s.Value);
}
