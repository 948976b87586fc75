using k8s.Models;

namespace EventGateway.Tests.Deploy;

/// <summary>Nothing that runs may do more than it needs.</summary>
public sealed class ChartSecurityTests
{
    private const int OwnerAndGroupRead = 0x120; // 0440

    public static TheoryData<string> Names => [.. Chart.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pods_PassTheRestrictedStandard(string name) => Assert.All(RenderedChart.Of(name).Pods, p =>
    {
        var pod = p.Pod.Spec;
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.NotEqual(0, pod.SecurityContext.RunAsUser ?? 0);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.Null(pod.HostNetwork);
        Assert.Null(pod.HostPID);
        Assert.False(pod.EnableServiceLinks);
        var container = Assert.Single(pod.Containers);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Null(container.SecurityContext.Capabilities.Add);
        Assert.Null(container.SecurityContext.Privileged);
        Assert.NotNull(container.Resources.Limits["memory"]);
        Assert.All(pod.Volumes, v => Assert.Null(v.HostPath));
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Proxies_HaveNoRightsAndNoToken(string name)
    {
        var chart = RenderedChart.Of(name);
        foreach (var pod in chart.Pods.Where(p => p.Component is "proxy" or "topics").Select(p => p.Pod.Spec))
        {
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.DoesNotContain(pod.Volumes, v => v.Projected is not null);
            Assert.DoesNotContain(Bindings(chart).SelectMany(b => b.Subjects), s => s.Name == pod.ServiceAccountName);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Token_IsMountedWhereThereAreRights_AndNowhereElse(string name)
    {
        var chart = RenderedChart.Of(name);
        var bound = Bindings(chart).SelectMany(b => b.Subjects).Select(s => s.Name).ToHashSet();
        Assert.All(chart.Pods, p => Assert.Equal(p.Pod.Spec.ServiceAccountName is { } account && bound.Contains(account), p.Pod.Spec.AutomountServiceAccountToken));
        Assert.All(chart.All<V1ServiceAccount>(), a => Assert.False(a.AutomountServiceAccountToken));
        Assert.All(chart.Pods.Where(p => p.Component != "topics"), p => Assert.Contains(chart.All<V1ServiceAccount>(), a => a.Metadata.Name == p.Pod.Spec.ServiceAccountName));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Secrets_AreOpenToOwnerAndGroupAlone_AndTheGroupIsThePods(string name) => Assert.All(RenderedChart.Of(name).Pods, p =>
    {
        Assert.All(p.Pod.Spec.Volumes.Where(v => v.Secret is not null), v => Assert.Equal(OwnerAndGroupRead, v.Secret.DefaultMode));
        Assert.Equal(p.Pod.Spec.SecurityContext.RunAsGroup, p.Pod.Spec.SecurityContext.FsGroup);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void StatusPort_IsOpenToChosenPeersAlone(string name) => Assert.All(
        RenderedChart.Of(name).All<V1NetworkPolicy>().SelectMany(n => n.Spec.Ingress ?? []).Where(r => r.Ports.Any(p => p.Port.Value == "8100")),
        rule => Assert.NotEmpty(rule.FromProperty));

    [Fact]
    public void Watchers_AreReachedByNobodyElse() => Assert.All(
        RenderedChart.Of("watchers-and-proxies").All<V1NetworkPolicy>().Where(n => n.Metadata.Name.EndsWith("-watcher", StringComparison.Ordinal)),
        policy => Assert.Equal(["8100"], policy.Spec.Ingress.SelectMany(r => r.Ports).Select(p => p.Port.Value)));

    [Theory]
    [InlineData("watchers-and-proxies", "watcher", "9092/TCP 443/TCP 6443/TCP")]
    [InlineData("watchers-and-proxies", "proxy", "9092/TCP")]
    [InlineData("manifests-only", "watcher", "9092/TCP")]
    [InlineData("isolated-namespaces", "standalone", "443/TCP 6443/TCP")]
    public void Egress_BesideDnsAndUpstreams_IsKafkaAndTheApiServer(string name, string component, string expected)
    {
        var policy = Assert.Single(RenderedChart.Of(name).All<V1NetworkPolicy>(), n => RenderedChart.ComponentOf(n) == component);
        Assert.Equal(expected, string.Join(' ', policy.Spec.Egress.SelectMany(r => r.Ports ?? []).Where(p => p.Port.Value != "53").Select(p => $"{p.Port.Value}/{p.Protocol}")));
    }

    [Fact]
    public void Isolated_Upstreams_AreThoseOfItsNamespace()
    {
        var policy = Assert.Single(RenderedChart.Of("isolated-namespaces").All<V1NetworkPolicy>());
        var peer = Assert.Single(policy.Spec.Egress.Where(r => r.To is not null).SelectMany(r => r.To));
        Assert.Null(peer.NamespaceSelector);
        Assert.NotNull(peer.PodSelector);
    }

    private static IEnumerable<(string Kind, IEnumerable<Rbacv1Subject> Subjects)> Bindings(RenderedChart chart) =>
        chart.All<V1RoleBinding>().Select(b => (b.Kind, b.Subjects.AsEnumerable())).Concat(chart.All<V1ClusterRoleBinding>().Select(b => (b.Kind, b.Subjects.AsEnumerable())));
}
