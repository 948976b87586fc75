namespace EventGateway.Tests.Deploy;

/// <summary>The chart and its seven deployments.</summary>
internal static class Chart
{
    public static string Folder { get; } = Repository.PathOf("deploy", "helm", "eventgateway");

    /// <summary>The names of the values files.</summary>
    public static IReadOnlyList<string> Deployments { get; } =
    [
        "one-controller", "identical-controllers", "watchers-and-proxies", "isolated-namespaces", "shared-proxies", "manifests-only", "two-clusters",
    ];

    /// <summary>Values files of the tests: what the seven deployments leave at its default.</summary>
    public static IReadOnlyList<string> Others { get; } = ["everything", "everything-standalone"];

    public static IEnumerable<string> All => Deployments.Concat(Others);

    public static string ValuesOf(string name) => Deployments.Contains(name)
        ? Path.Combine(Folder, "deployments", $"{name}.yaml")
        : Repository.PathOf("tests", "EventGateway.Tests", "Deploy", "Values", $"{name}.yaml");
}
