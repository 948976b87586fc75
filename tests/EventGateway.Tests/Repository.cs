namespace EventGateway.Tests;

/// <summary>The checkout the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Files below a folder of the repository, what builds leave behind excepted.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
        .Where(f => !Relative(f).Split('/').Any(p => p is "bin" or "obj" or "artifacts" or "BenchmarkDotNet.Artifacts"))
        .Order(StringComparer.Ordinal);

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EventGateway.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("EventGateway.sln is in no folder above the tests");
        }

        return folder;
    }
}
