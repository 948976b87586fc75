using System.Text.RegularExpressions;

namespace EventGateway.Tests.Documentation;

/// <summary>What README.md promises is there.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public void FirstCommand_IsTheSample() => Assert.Equal("samples/run", ShellLines().First());

    [Fact]
    public void TestCommand_IsTheOneThatTheCiRuns()
    {
        var command = Assert.Single(ShellLines(), l => l.StartsWith("dotnet test", StringComparison.Ordinal));
        Assert.Contains($"{command} ", File.ReadAllText(Repository.PathOf(".ci", "run")), StringComparison.Ordinal);
    }

    [Fact]
    public void Scripts_OfTheRepository_AreThereAndExecutable() => Assert.All(["samples/run", "deploy/local/up.sh", "deploy/kubernetes/render", "deploy/image/local", "deploy/image/local-base", "deploy/kafka/acls", ".ci/run"], script =>
    {
        var path = Repository.PathOf(script);
        Assert.True(File.Exists(path), script);
        if (!OperatingSystem.IsWindows())
        {
            Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute), script);
        }
    });

    [Fact]
    public void Curls_OfTheSample_AreThoseThatItPrints()
    {
        var printed = File.ReadAllText(Repository.PathOf("samples", "run"));
        var curls = ShellLines().Where(l => l.StartsWith("curl ", StringComparison.Ordinal) && l.Contains(":8000/", StringComparison.Ordinal) && !l.Contains("basket", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(curls);
        Assert.All(curls, curl => Assert.Contains(curl.Replace("http://127.0.0.1:8000", "$http", StringComparison.Ordinal), printed, StringComparison.Ordinal));
    }

    [Fact]
    public void Links_OfReadmeAndDocs_LeadToFiles()
    {
        var broken =
            from file in Repository.Files("docs", "*.md").Append(Repository.PathOf("README.md"))
            from Match link in Link().Matches(File.ReadAllText(file))
            let target = link.Groups[1].Value
            where !target.StartsWith("http", StringComparison.Ordinal)
            let path = Path.Combine(Path.GetDirectoryName(file)!, target.Split('#')[0])
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{Repository.Relative(file)}: {target}";
        Assert.Equal("", string.Join('\n', broken));
    }

    private static IEnumerable<string> ShellLines() =>
        from Match block in Shell().Matches(Readme)
        from line in block.Groups[1].Value.Split('\n')
        where line.Length > 0 && line[0] != '#'
        select line.Split(" #")[0].Trim();

    [GeneratedRegex(@"\]\(([^)#][^)]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shell();
}
