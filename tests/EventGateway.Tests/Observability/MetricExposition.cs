using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace EventGateway.Tests.Observability;

/// <summary>Reads Prometheus' text format.</summary>
internal static partial class MetricExposition
{
    public static ImmutableSortedDictionary<string, MetricFamily> Parse(string text)
    {
        var types = Type().Matches(text).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        var labels = new Dictionary<string, ImmutableSortedSet<string>>();
        foreach (Match sample in Sample().Matches(text))
        {
            var name = FamilyOf(sample.Groups[1].Value, types);
            labels[name] = labels.GetValueOrDefault(name, []).Union(Label().Matches(sample.Groups[2].Value).Select(m => m.Groups[1].Value).Where(l => l != "le"));
        }

        return types.Select(t => new MetricFamily(t.Key, t.Value, labels.GetValueOrDefault(t.Key))).ToImmutableSortedDictionary(f => f.Name, f => f);
    }

    /// <summary>The family that a series belongs to: a histogram has three.</summary>
    public static string FamilyOf(string series, IReadOnlyDictionary<string, string> types)
    {
        var family = Suffix().Replace(series, "");
        return types.GetValueOrDefault(family) == "histogram" ? family : series;
    }

    [GeneratedRegex("^# TYPE (\\S+) (\\S+)$", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex("^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*\\})? \\S+$", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("([a-zA-Z_][a-zA-Z0-9_]*)=\"")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
