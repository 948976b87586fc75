using System.Reflection;

namespace EventGateway.Sources.Tests;

internal static class TestPaths
{
    public static string Golden => Of("GoldenFolder");

    public static string RepositoryRoot => Path.GetFullPath(Of("RepositoryRoot"));

    private static string Of(string key) =>
        typeof(TestPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
