using EventGateway.Sources.Files;
using Xunit;

namespace EventGateway.Sources.Tests;

/// <summary>Manifests nobody here wrote: named by EVENTGATEWAY_TEST_MANIFESTS, or beside the repository.</summary>
public sealed class SharedManifestTests(ITestOutputHelper output)
{
    [Fact]
    public void Validate_ForeignManifests_EachHasAVerdictWithAReason()
    {
        var folder = Environment.GetEnvironmentVariable("EVENTGATEWAY_TEST_MANIFESTS") ?? Path.Combine(TestPaths.RepositoryRoot, "../shared/manifests");
        if (!Directory.Exists(folder))
        {
            Assert.Skip($"There is no folder {folder}; set EVENTGATEWAY_TEST_MANIFESTS to one with manifests.");
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var verdicts = ManifestValidator.Validate([file]);
            var objects = File.ReadLines(file).Count(l => l.StartsWith("kind:", StringComparison.Ordinal));
            Assert.True(verdicts.Count == objects, $"{file} has {objects} objects, but {verdicts.Count} verdicts");
            foreach (var verdict in verdicts)
            {
                output.WriteLine($"{verdict.Outcome,-8} {Path.GetFileName(file)} {verdict.DisplayName}: {string.Join(" | ", verdict.Reasons)} {string.Join(" | ", verdict.Warnings.Select(w => "! " + w))}");
                Assert.NotEqual("", verdict.Kind);
                if (verdict.Outcome == VerdictOutcome.Refused)
                {
                    Assert.Contains(verdict.Reasons, r => r.Contains("kind ", StringComparison.Ordinal));
                }
            }
        }
    }
}
