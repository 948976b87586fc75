using System.Text;
using CsCheck;
using EventGateway.Sources.Files;
using Xunit;

namespace EventGateway.Sources.Tests;

/// <summary>Whatever stands in a file, reading it is an answer, never a throw: one broken text must not end the process.</summary>
public sealed class ManifestFuzzTests
{
    private const string Spice = "[]{}:,-&*!|>'\"#%@`\t\n \\?=~0a";
    private static readonly string Sound = ManifestTexts.Ingress("web", "/") + "---\n" + ManifestTexts.Service() + "---\n" + ManifestTexts.Slice("s1", "10.0.0.1");

    private static readonly Gen<string> Damaged =
        Gen.Select(Gen.Int[0, Sound.Length - 1], Gen.Int[0, 3], Gen.Char[Spice].Array[0, 3])
            .List[1, 6]
            .Select(edits => edits.Aggregate(Sound, (text, e) =>
            {
                var (at, cut, put) = e;
                var from = Math.Min(at, text.Length);
                return text[..from] + new string(put) + text[Math.Min(text.Length, from + cut)..];
            }));

    [Theory]
    [InlineData("kind: [Ingress\nmetadata:\n  name: x\n")]
    [InlineData("{{{")]
    [InlineData("a: &x [*x, *y]")]
    [InlineData("\t- a\n b: [c")]
    public void Read_BrokenText_IsToldWithItsPlace(string text)
    {
        var file = ManifestFile.Read("a.yaml", Encoding.UTF8.GetBytes(text), null, DateTimeOffset.UnixEpoch);

        Assert.True(file.IsBroken);
        Assert.All(file.Documents.SelectMany(d => d.Document.Faults).SelectMany(f => f.Problems), p => Assert.True(p.Line >= 1 && p.Message.Length > 0));
    }

    [Fact]
    public void Read_AnyDamage_NeverThrows() =>
        Damaged.Sample(text => ManifestFile.Read("a.yaml", Encoding.UTF8.GetBytes(text), null, DateTimeOffset.UnixEpoch) is not null, iter: 3_000);
}
