using System.Text.RegularExpressions;
using k8s.Models;

namespace EventGateway.Tests.Deploy;

/// <summary>Who has which right in which namespace, for each deployment.</summary>
public sealed partial class ChartRightsTests
{
    [Theory]
    [InlineData("one-controller", "cluster: cluster namespace; gateways: leases")]
    [InlineData("identical-controllers", "cluster: cluster namespace; gateways: leases")]
    [InlineData("watchers-and-proxies", "cluster: cluster namespace; gateways: leases")]
    [InlineData("isolated-namespaces", "gateways: leases namespace")]
    [InlineData("shared-proxies", "blog: namespace; gateways: leases leases; shop: namespace")]
    [InlineData("manifests-only", "")]
    [InlineData("two-clusters", "cluster: cluster namespace; gateways: leases")]
    [InlineData("everything", "cluster: cluster namespace; gateways: leases")]
    [InlineData("everything-standalone", "gateways: leases namespace; shop: namespace")]
    public void Rights_OfEachDeployment_AreTheseAndNoMore(string name, string expected)
    {
        var chart = RenderedChart.Of(name);
        var roles = chart.All<V1Role>().Select(r => (Place: r.Metadata.NamespaceProperty, r.Rules)).Concat(chart.All<V1ClusterRole>().Select(r => (Place: "cluster", r.Rules)));
        var found = roles.GroupBy(r => r.Place, r => Sets(r.Rules)).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key}: {string.Join(' ', g.SelectMany(s => s).Order(StringComparer.Ordinal))}");
        Assert.Equal(expected, string.Join("; ", found));
    }

    [Fact]
    public void Rights_EachIsInTheReference()
    {
        var documented = Row().Matches(File.ReadAllText(Repository.PathOf("docs", "reference", "chart-values.md")))
            .Select(m => $"{m.Groups[1].Value}: {m.Groups[2].Value}/{m.Groups[3].Value}: {m.Groups[4].Value}");
        Assert.Equal(RightSets().SelectMany(set => set.Rights.Select(r => $"{set.Name}: {r}")), documented);
    }

    [Fact]
    public void Bindings_NameARoleAndAnAccountOfTheChart() => Assert.All(Chart.All.Select(RenderedChart.Of), chart =>
    {
        var accounts = chart.All<V1ServiceAccount>().Select(a => $"{a.Metadata.NamespaceProperty}/{a.Metadata.Name}").ToHashSet();
        Assert.All(chart.All<V1RoleBinding>(), b =>
        {
            Assert.Contains(chart.All<V1Role>(), r => r.Metadata.Name == b.RoleRef.Name && r.Metadata.NamespaceProperty == b.Metadata.NamespaceProperty);
            Assert.All(b.Subjects, s => Assert.Contains($"{s.NamespaceProperty}/{s.Name}", accounts));
        });
        Assert.All(chart.All<V1ClusterRoleBinding>(), b => Assert.Contains(chart.All<V1ClusterRole>(), r => r.Metadata.Name == b.RoleRef.Name));
    });

    [Fact]
    public void SharedProxies_EachTeamsWatcher_ReadsItsNamespaceAlone()
    {
        var chart = RenderedChart.Of("shared-proxies");
        Assert.Equal(
            ["blog: gateway-eventgateway-watcher-blog", "shop: gateway-eventgateway-watcher-shop"],
            chart.All<V1RoleBinding>().Where(b => b.Metadata.NamespaceProperty != RenderedChart.Namespace)
                .Select(b => $"{b.Metadata.NamespaceProperty}: {Assert.Single(b.Subjects).Name}").Order(StringComparer.Ordinal));
        Assert.Equal(
            ["eventgateway-watcher-blog", "eventgateway-watcher-shop"],
            chart.Deployments.Where(d => RenderedChart.ComponentOf(d) == "watcher").Select(d => Assert.Single(d.Spec.Template.Spec.Volumes, v => v.Name == "kafka").Secret.SecretName).Order(StringComparer.Ordinal));
    }

    /// <summary>The sets of templates/_rbac.tpl as they are rendered: in the cluster, in each namespace, for leases.</summary>
    private static IReadOnlyList<(string Name, IReadOnlyList<string> Rights)> RightSets()
    {
        var inNamespace = Texts(RenderedChart.Of("everything-standalone").All<V1Role>().Single(r => r.Metadata.NamespaceProperty == "shop").Rules);
        var controller = RenderedChart.Of("one-controller");
        return
        [
            ("cluster", [.. Texts(controller.All<V1ClusterRole>().Single().Rules).Except(inNamespace)]),
            ("leases", Texts(controller.All<V1Role>().Single().Rules)),
            ("namespace", inNamespace),
        ];
    }

    private static IEnumerable<string> Sets(IList<V1PolicyRule> rules)
    {
        var texts = Texts(rules).ToHashSet();
        var sets = RightSets().Where(s => texts.IsSupersetOf(s.Rights)).ToList();
        Assert.Equal(texts.Order(StringComparer.Ordinal), sets.SelectMany(s => s.Rights).Order(StringComparer.Ordinal));
        return sets.Select(s => s.Name);
    }

    private static IReadOnlyList<string> Texts(IList<V1PolicyRule> rules) =>
    [
        .. from rule in rules
           from @group in rule.ApiGroups
           from resource in rule.Resources
           select $"{(@group.Length == 0 ? "core" : @group)}/{resource}: {string.Join(' ', rule.Verbs)}",
    ];

    [GeneratedRegex(@"^\| (cluster|namespace|leases) \| `([a-z0-9.]+)` \| `([a-z/]+)` \| ([a-z ]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
