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
                Assert.True(verdict.Kind != "KongUpstreamPolicy" || verdict.Outcome == VerdictOutcome.Accepted, $"{file}: {verdict.DisplayName} is {verdict.Outcome}");
                if (verdict.Outcome == VerdictOutcome.Refused)
                {
                    // A kind that is not supported, or a rule to a Service that stands in no file.
                    Assert.Contains(verdict.Reasons, r => r.Contains("kind ", StringComparison.Ordinal) || (verdict.Kind == "TCPIngress" && r.Contains("does not exist", StringComparison.Ordinal)));
                }
            }
        }
    }
}
