using EventGateway.Sources.Kubernetes.Watch;
using k8s.Models;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Watch;

public sealed class WorkspaceNamesTests
{
    [Fact]
    public void Label_Overrides_TheName()
    {
        var names = new WorkspaceNames([Namespace("team-a-prod", 1, "shop"), Namespace("blog", 2)]);
        Assert.Equal(("shop", "blog"), (names.WorkspaceOf("team-a-prod"), names.WorkspaceOf("blog")));
        Assert.Empty(names.Problems);
    }

    [Fact]
    public void Claims_OfOneWorkspace_TheOlderWinsAndTheOtherIsTold()
    {
        var names = new WorkspaceNames([Namespace("new", 2, "shop"), Namespace("shop", 1)]);
        Assert.Equal("shop", names.WorkspaceOf("shop"));
        Assert.Null(names.WorkspaceOf("new"));
        Assert.Equal(
            "Namespace new is refused: workspace 'shop' belongs to Namespace shop, which is older; give it another one with the label eventgateway.io/workspace",
            Assert.Single(names.Problems));
    }

    [Fact]
    public void Label_ThatIsNoName_IsToldAndTheNameStays()
    {
        var names = new WorkspaceNames([Namespace("shop", 1, "Not_A_Name")]);
        Assert.Equal("shop", names.WorkspaceOf("shop"));
        Assert.StartsWith("Namespace shop: metadata.labels[eventgateway.io/workspace]: 'Not_A_Name' is not a workspace", Assert.Single(names.Problems), StringComparison.Ordinal);
    }

    private static V1Namespace Namespace(string name, int day, string? workspace = null) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            CreationTimestamp = new DateTime(2026, 1, day, 0, 0, 0, DateTimeKind.Utc),
            Labels = workspace is null ? null : new Dictionary<string, string> { [WorkspaceNames.Label] = workspace },
        },
    };
}
