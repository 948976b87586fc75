namespace EventGateway.Tests.Deploy;

/// <summary>deploy/kubernetes holds what the chart makes, for people who have kubectl alone.</summary>
public sealed class RenderedFolderTests
{
    private static readonly string Folder = Repository.PathOf("deploy", "kubernetes");

    public static TheoryData<string> Kustomizations => [.. Directory.EnumerateFiles(Folder, "kustomization.yaml", SearchOption.AllDirectories).Select(f => Path.GetDirectoryName(Path.GetRelativePath(Folder, f))!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Folder_RenderedAnew_IsTheSame()
    {
        DeployTool.Helm.Require();
        using var anew = new TemporaryFolder();
        DeployTool.Bash.Run(Path.Combine(Folder, "render"), anew.Path);
        var expected = Files(anew.Path);
        var found = Files(Folder).Where(f => f.Key != "render").ToDictionary(StringComparer.Ordinal);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, file => Assert.True(file.Value == found[file.Key], $"deploy/kubernetes/{file.Key} differs from the chart: run deploy/kubernetes/render"));
    }

    [Fact]
    public void Folder_HasEachDeployment() => Assert.All(Chart.Deployments, name => Assert.True(Directory.Exists(Path.Combine(Folder, name)), name));

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public void Kustomization_IsBuiltByKubectl_AndHoldsAllThatIsRendered(string name)
    {
        var folder = Path.Combine(Folder, name);
        var built = DeployTool.Kubectl.Run("kustomize", folder);
        var rendered = Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Where(f => !f.EndsWith("kustomization.yaml", StringComparison.Ordinal)).SelectMany(File.ReadLines);
        Assert.Equal(rendered.Count(IsKind), built.Split('\n').Count(IsKind));

        static bool IsKind(string line) => line.StartsWith("kind: ", StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllText, StringComparer.Ordinal);
}
