using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventGateway.Settings;
using EventGateway.Sources;
using EventGateway.Sources.Files;

namespace EventGateway.Commands;

/// <summary><c>eventgateway validate</c>: what would become of manifests, without a gateway.</summary>
internal sealed class ValidateCommand() : SettingsCommand<ValidateSettings>(
    "validate",
    "Says of every object in the manifests whether it is accepted, and if not, why. Exit code 1 when one is refused, 2 when there is none.",
    [SettingCatalog.IngressClass, SettingCatalog.Output, SettingCatalog.Config],
    SettingCatalog.Manifests)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public override ImmutableArray<string> Examples =>
    [
        "eventgateway validate ./manifests",
        "eventgateway validate ./manifests -o json",
        "kubectl get ingress,service,endpointslice,secret -A -o yaml | eventgateway validate -",
    ];

    protected override ValidateSettings Read(SettingsReader reader)
    {
        var paths = reader.List(SettingCatalog.Manifests);
        if (paths.IsEmpty)
        {
            reader.Fault("PATH", "name at least one file or folder, or - for standard input");
        }

        SourceSettings.CheckPaths(reader, paths, "PATH");
        return new ValidateSettings(paths, IngressClassSetting.Read(reader), reader.OneOf(SettingCatalog.Output, "table", "json") == "json");
    }

    protected override async Task<int> RunAsync(ValidateSettings settings, CommandConsole console, CancellationToken cancellationToken)
    {
        var options = new ManifestSourceOptions { IngressClasses = [.. settings.IngressClasses] };
        var verdicts = ManifestValidator.Validate(settings.Paths, options, time: console.Time);
        if (verdicts.Count == 0)
        {
            var places = settings.Paths.Select(p => p == "-" ? "standard input" : p);
            await console.Error.WriteLineAsync($"eventgateway: no objects found in {string.Join(", ", places)}: nothing to validate; manifests are files named *.yaml, *.yml or *.json");
            return ExitCodes.Usage;
        }

        await (settings.AsJson ? console.Out.WriteLineAsync(Json(verdicts).ToJsonString(Indented)) : WriteTableAsync(console.Out, verdicts));
        return verdicts.Any(v => v.Outcome == VerdictOutcome.Refused) ? ExitCodes.Differs : ExitCodes.Done;
    }

    private static async Task WriteTableAsync(TextWriter writer, IReadOnlyList<ObjectVerdict> verdicts)
    {
        var table = new TextTable("VERDICT", "OBJECT", "SOURCE");
        foreach (var verdict in verdicts)
        {
            table.Add(Word(verdict.Outcome), verdict.DisplayName, verdict.Source);
            table.AddNotes(verdict.Reasons.Concat(verdict.Warnings.Select(w => $"warning: {w}")));
        }

        await table.WriteAsync(writer);
        var counts = verdicts.GroupBy(v => v.Outcome).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Word(g.Key)}");
        await writer.WriteLineAsync($"{verdicts.Count} objects: {string.Join(", ", counts)}");
    }

    private static JsonObject Json(IReadOnlyList<ObjectVerdict> verdicts) => new()
    {
        ["objects"] = new JsonArray([.. verdicts.Select(v => new JsonObject
        {
            ["kind"] = v.Kind,
            ["namespace"] = v.Namespace,
            ["name"] = v.Name,
            ["source"] = v.Source,
            ["accepted"] = v.Outcome == VerdictOutcome.Accepted,
            ["outcome"] = Word(v.Outcome),
            ["reasons"] = new JsonArray([.. v.Reasons.Select(r => (JsonNode)r)]),
            ["warnings"] = new JsonArray([.. v.Warnings.Select(w => (JsonNode)w)]),
        })]),
    };

    private static string Word(VerdictOutcome outcome) => outcome switch
    {
        VerdictOutcome.Accepted => "accepted",
        VerdictOutcome.Refused => "refused",
        _ => "skipped",
    };
}
