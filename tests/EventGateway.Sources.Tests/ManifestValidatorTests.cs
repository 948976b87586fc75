using EventGateway.Core.Publishing;
using EventGateway.Sources.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;
using static EventGateway.Sources.Tests.ManifestTexts;

namespace EventGateway.Sources.Tests;

public sealed class ManifestValidatorTests
{
    [Fact]
    public void Validate_StandardInput_IsReadAsOneFile()
    {
        var verdicts = ManifestValidator.Validate(["-"], standardInput: new StringReader(Join(Service(), Ingress("web", "/"))));

        Assert.Equal(["-:1", "-:6"], verdicts.Select(v => v.Source[..3]));
        Assert.All(verdicts, v => Assert.Equal(VerdictOutcome.Accepted, v.Outcome));
    }

    [Fact]
    public void Validate_PathMissing_IsRefusedByName()
    {
        var verdict = Assert.Single(ManifestValidator.Validate(["/no/such/path"]));

        Assert.Equal(VerdictOutcome.Refused, verdict.Outcome);
        Assert.Equal("/no/such/path:1", verdict.Source);
        Assert.Contains("there is no such file or folder", Assert.Single(verdict.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ObjectOfFourMebibytes_IsRefusedAndTheRestIsAccepted()
    {
        using var folder = new TemporaryFolder();
        folder.Write("big.yaml", Join(Service(), Ingress("web", "/"), $"""
            apiVersion: v1
            kind: Secret
            metadata: {"{name: big, namespace: shop}"}
            stringData:
              blob: {new string('x', 4 * 1024 * 1024)}
            """));

        var verdicts = ManifestValidator.Validate([folder.Path]);

        var big = Assert.Single(verdicts, v => v.Name == "big");
        Assert.Equal(VerdictOutcome.Refused, big.Outcome);
        Assert.Contains("the object has 4.0 MiB; more than 1.5 MiB fit neither into Kubernetes nor into the log, split it", Assert.Single(big.Reasons), StringComparison.Ordinal);
        Assert.Equal(2, verdicts.Count(v => v.Outcome == VerdictOutcome.Accepted));
    }

    [Fact]
    public void Validate_AliasesThatMultiply_AreRefused()
    {
        using var folder = new TemporaryFolder();
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 12).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        folder.Write("bomb.yaml", bomb);

        Assert.Contains("with its aliases it has more than", Assert.Single(Assert.Single(ManifestValidator.Validate([folder.Path])).Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_NotUtf8_IsRefusedWithItsLine()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["latin1.yaml"], [(byte)'#', (byte)'\n', (byte)'a', 0xE4, (byte)'\n']);

        var verdict = Assert.Single(ManifestValidator.Validate([folder.Path]));

        Assert.EndsWith("latin1.yaml:2", verdict.Source, StringComparison.Ordinal);
        Assert.Contains("UTF-8", Assert.Single(verdict.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void AddFileSource_OptionsWrong_AllFaultsAreListed()
    {
        var services = new ServiceCollection().AddLogging().AddFileSource(new ManifestSourceOptions
        {
            Paths = ["/no/such/path", ""],
            IngressClasses = ["Not A Class"],
            ScanInterval = TimeSpan.Zero,
            SettleTime = TimeSpan.FromMinutes(1),
        });
        using var provider = services.BuildServiceProvider();

        var fault = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IConfigSource>());

        Assert.Equal(
            [
                "--manifests: '/no/such/path' does not exist; name a file or folder that does",
                "--manifests: a path is empty; name a file or folder",
                "--ingress-class: 'Not A Class' is not a class; use lower-case letters, digits, '-' and '.'",
                "ScanInterval: it must be longer than 0 ms",
                "SettleTime: use 0 ms to 10 s",
            ],
            fault.Failures);
    }

    [Fact]
    public void AddFileSource_OptionsSound_GivesTheSource()
    {
        using var folder = new TemporaryFolder();
        using var provider = new ServiceCollection().AddLogging().AddFileSource(new ManifestSourceOptions { Paths = [folder.Path] }).BuildServiceProvider();

        Assert.IsType<ManifestFileSource>(provider.GetRequiredService<IConfigSource>());
    }
}
