using System.CommandLine;
using System.Text.RegularExpressions;
using EventGateway.Commands;
using EventGateway.Settings;

namespace EventGateway.Tests.Documentation;

/// <summary>
/// The tables of docs/reference/command-line.md are the flags there are. Set EVENTGATEWAY_UPDATE_DOCS=1 to write them anew; the
/// difference is what to review.
/// </summary>
public sealed partial class CommandLineReferenceTests
{
    private static readonly string Path = Repository.PathOf("docs", "reference", "command-line.md");

    [Fact]
    public void Reference_Tables_AreTheFlagsThereAre()
    {
        var text = File.ReadAllText(Path);
        var expected = Table().Replace(text, m => $"<!-- flags: {m.Groups[1].Value} -->\n{Render(Find(m.Groups[1].Value))}<!-- end -->");
        if (Environment.GetEnvironmentVariable("EVENTGATEWAY_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Path, expected);
            return;
        }

        Assert.Equal(expected, text);
    }

    [Fact]
    public void Reference_OfEveryCommand_HasASection()
    {
        var text = File.ReadAllText(Path);
        Assert.All(CommandLine.Create().Subcommands, c => Assert.Contains($"eventgateway {c.Name}", text, StringComparison.Ordinal));
        foreach (var command in Leaves(CommandLine.Create()).Where(c => c.Command is ISettingsCommand { Offered.Count: > 0 } && c.Path is not ("topics create" or "topics verify")))
        {
            Assert.Contains($"<!-- flags: {command.Path} -->", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TopicsVerbs_Flags_AreTheSame()
    {
        var verbs = Leaves(CommandLine.Create()).Where(c => c.Path.StartsWith("topics ", StringComparison.Ordinal)).Select(c => Render((ISettingsCommand)c.Command)).Distinct();
        Assert.Single(verbs);
    }

    private static ISettingsCommand Find(string path) => (ISettingsCommand)Leaves(CommandLine.Create()).Single(c => c.Path == path).Command;

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path = "") =>
        command.Subcommands.SelectMany(c => c.Subcommands.Count == 0 ? [($"{path} {c.Name}".Trim(), c)] : Leaves(c, $"{path} {c.Name}".Trim()));

    private static string Render(ISettingsCommand command) =>
        "| flag | default | meaning |\n|---|---|---|\n" + string.Concat(command.Offered.Select(s => $"| `{Flag(s)}` | {Default(s)} | {s.Description} |\n"));

    private static string Flag(Setting setting) =>
        (setting.Alias is null ? "" : $"{setting.Alias}, ") + (setting.IsSwitch ? setting.Flag : $"{setting.Flag} {setting.ValueName.Replace("|", "\\|", StringComparison.Ordinal)}");

    private static string Default(Setting setting) => setting.Default is null ? setting.IsSwitch ? "off" : "" : $"`{setting.Default}`";

    [GeneratedRegex(@"<!-- flags: ([a-z ]+) -->\n[^<]*<!-- end -->")]
    private static partial Regex Table();
}
