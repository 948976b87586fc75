using EventGateway.Core.Model;
using EventGateway.Sources.Files;
using EventGateway.Sources.Kubernetes.Translation;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EventGateway.Sources.Tests;

/// <summary>
/// One case a folder: <c>in/</c> manifests, <c>out/</c> what is wanted in each workspace, <c>status/</c> the verdicts. A new folder is
/// a new test; EVENTGATEWAY_UPDATE_GOLDEN=1 writes the expectations, and their diff is the review.
/// </summary>
public sealed class GoldenTests
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("EVENTGATEWAY_UPDATE_GOLDEN") == "1";

    public static IEnumerable<TheoryDataRow<string>> Cases =>
        Directory.GetDirectories(TestPaths.Golden).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal).Select(c => new TheoryDataRow<string>(c));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Translate_ManifestsOfCase_GivesItsExpectations(string name)
    {
        using var folder = new TemporaryFolder();
        var source = Path.Combine(TestPaths.Golden, name);
        foreach (var file in Directory.GetFiles(Path.Combine(source, "in")))
        {
            folder.Write(Path.GetFileName(file), TestCertificates.Fill(File.ReadAllText(file)));
        }

        var time = new FakeTimeProvider(TestCertificates.Today);
        var translation = ManifestReading.Of(new ManifestTree([folder.Path], TextReader.Null, time), new ManifestSourceOptions(), time).Next(null);

        var actual = translation.Desired.ToDictionary(d => $"out/{d.Key}.json", d => DesiredText.Of(d.Value));
        actual.Add("status/verdicts.json", DesiredText.Of(translation.Verdicts, folder.Path + "/"));
        Compare(source, actual);
        AssertSound(translation);
    }

    private static void Compare(string source, Dictionary<string, string> actual)
    {
        var expected = new[] { "out", "status" }.Select(d => Path.Combine(source, d)).Where(Directory.Exists)
            .SelectMany(d => Directory.GetFiles(d)).ToDictionary(f => Path.GetRelativePath(source, f), File.ReadAllText);
        if (Update)
        {
            foreach (var file in expected.Keys.Except(actual.Keys))
            {
                File.Delete(Path.Combine(source, file));
            }

            foreach (var (file, text) in actual)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(source, file))!);
                File.WriteAllText(Path.Combine(source, file), text);
            }

            return;
        }

        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (file, text) in expected)
        {
            Assert.Equal(text, actual[file]);
        }
    }

    private static void AssertSound(Translation translation)
    {
        foreach (var (workspace, state) in translation.Desired)
        {
            foreach (var (key, desired) in state.Entities)
            {
                Assert.Equal(key, desired.Entity.Key);
                Assert.Empty(desired.Entity.Validate());
                Assert.Equal(workspace, key.Namespace.ToString());
                if (desired.Entity is Backend { Tls.ClientCertificate: { } shown })
                {
                    Assert.True(state.Entities.ContainsKey(shown), $"{key} shows {shown}, which is not wanted");
                }

                if (desired.Entity is Route route)
                {
                    Assert.All(route.Backends, b => Assert.True(state.Entities.ContainsKey(b.Backend), $"{key} names {b.Backend}, which is not wanted"));
                }
            }
        }

        Assert.All(translation.Verdicts, v => Assert.True(v.Outcome == VerdictOutcome.Accepted || v.Reasons.Length > 0, $"{v.DisplayName} has no reason"));
    }
}
