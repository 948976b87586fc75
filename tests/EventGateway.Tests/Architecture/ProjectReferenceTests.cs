using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace EventGateway.Tests.Architecture;

/// <summary>Who may see whom. Think hard about the layering before changing the tables here; docs/architecture.md gives the reasons.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly ImmutableSortedDictionary<string, string[]> AllowedProjects = new Dictionary<string, string[]>
    {
        ["EventGateway.Core"] = [],
        ["EventGateway.Kafka"] = ["EventGateway.Core"],
        ["EventGateway.Embedded"] = ["EventGateway.Core"],
        ["EventGateway.Sources"] = ["EventGateway.Core"],
        ["EventGateway.Proxy"] = ["EventGateway.Core"],
        ["EventGateway"] = ["EventGateway.Core", "EventGateway.Kafka", "EventGateway.Embedded", "EventGateway.Sources", "EventGateway.Proxy"],
    }.ToImmutableSortedDictionary();

    // Package and assembly names begin alike; what is fenced is named by its first part.
    private static readonly ImmutableSortedDictionary<string, string[]> Fences = new Dictionary<string, string[]>
    {
        ["Confluent.Kafka"] = ["EventGateway.Kafka"],
        ["Microsoft.Data.Sqlite"] = ["EventGateway.Embedded"],
        ["SQLitePCLRaw"] = ["EventGateway.Embedded"],
        ["KubernetesClient"] = ["EventGateway.Sources"],
        ["YamlDotNet"] = ["EventGateway.Sources", "EventGateway"],
        ["Yarp"] = ["EventGateway.Proxy"],
        ["Grpc.Core"] = ["EventGateway.Proxy"],
        ["Grpc.HealthCheck"] = ["EventGateway.Proxy"],
        ["Grpc.Net"] = ["EventGateway.Proxy"],
        ["Google.Protobuf"] = ["EventGateway.Core"],
        ["System.CommandLine"] = ["EventGateway"],
        ["OpenTelemetry"] = ["EventGateway"],
    }.ToImmutableSortedDictionary();

    public static TheoryData<string> Projects => [.. AllowedProjects.Keys];

    [Fact]
    public void Folders_OfSrc_AreTheProjectsTheTableNames() =>
        Assert.Equal(AllowedProjects.Keys, Directory.EnumerateDirectories(Repository.PathOf("src")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectFile_References_OnlyAllowedProjects(string project) =>
        Assert.Empty(Includes(project, "ProjectReference").Select(p => Path.GetFileNameWithoutExtension(p)).Except(AllowedProjects[project]));

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectFile_Packages_StayBehindTheirFence(string project) => Assert.Empty(Trespasses(project, Includes(project, "PackageReference")));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_References_OnlyAllowedProjectsAndFencedPackages(string project)
    {
        var references = AssemblyReferences(project).ToList();
        Assert.NotEmpty(references);
        Assert.Empty(references.Where(r => r.StartsWith("EventGateway", StringComparison.Ordinal)).Except(AllowedProjects[project]));
        Assert.Empty(Trespasses(project, references));
    }

    [Theory]
    [InlineData("EventGateway.Core")]
    [InlineData("EventGateway.Kafka")]
    [InlineData("EventGateway.Embedded")]
    [InlineData("EventGateway.Sources")]
    public void Assembly_OutsideTheProxy_KnowsNoHttpServer(string project) =>
        Assert.DoesNotContain(AssemblyReferences(project), r => r.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void TransitiveProjectReferences_AreDisabled() =>
        Assert.Equal("true", XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("DisableTransitiveProjectReferences").Single().Value);

    private static IEnumerable<string> Trespasses(string project, IEnumerable<string> names) => names.Where(name =>
        Fences.Any(f => name.StartsWith(f.Key, StringComparison.OrdinalIgnoreCase) && !f.Value.Contains(project)));

    private static IEnumerable<string> Includes(string project, string element) =>
        XDocument.Load(Repository.PathOf("src", project, $"{project}.csproj")).Descendants(element).Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));

    private static IEnumerable<string> AssemblyReferences(string project)
    {
        var name = project == "EventGateway" ? "eventgateway" : project;
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
        using var pe = new PEReader(stream);
        var metadata = pe.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))];
    }
}
