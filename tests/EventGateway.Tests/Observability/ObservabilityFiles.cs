using System.Text.Json;
using System.Text.RegularExpressions;

namespace EventGateway.Tests.Observability;

/// <summary>What deploy/observability holds.</summary>
internal static partial class ObservabilityFiles
{
    public static string Folder { get; } = Repository.PathOf("deploy", "observability");

    public static string Alerts { get; } = Path.Combine(Folder, "alerts.yaml");

    public static JsonElement Dashboard { get; } = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json"))).RootElement;

    /// <summary>Name, rule and annotations of every alert, read line by line: the file is ours and keeps to one form, which promtool checks.</summary>
    public static IReadOnlyList<(string Name, string Expression, string Text)> Rules { get; } =
    [
        .. from block in File.ReadAllText(Alerts).Split("- alert: ").Skip(1)
           let expression = Expression().Match(block)
           select (block.Split('\n')[0].Trim(), expression.Groups[1].Value + expression.Groups[2].Value, block),
    ];

    public static IEnumerable<PromExpression> Expressions =>
        Rules.Select(r => new PromExpression($"alerts.yaml: {r.Name}", r.Expression))
            .Concat(from panel in Dashboard.GetProperty("panels").EnumerateArray()
                    where panel.TryGetProperty("targets", out _)
                    from target in panel.GetProperty("targets").EnumerateArray()
                    select new PromExpression($"dashboard.json: {panel.GetProperty("title")}", target.GetProperty("expr").GetString()!));

    /// <summary>Series that Grafana asks for the values of a label.</summary>
    public static IEnumerable<(string Series, string Label)> Variables =>
        from variable in Dashboard.GetProperty("templating").GetProperty("list").EnumerateArray()
        where variable.TryGetProperty("definition", out _)
        let match = LabelValues().Match(variable.GetProperty("definition").GetString()!)
        select (match.Groups[1].Value, match.Groups[2].Value);

    [GeneratedRegex(@"^        expr: (?:\|\n((?:          .*\n)+)|(.*)\n)", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"^label_values\((\w+), (\w+)\)$")]
    private static partial Regex LabelValues();
}
