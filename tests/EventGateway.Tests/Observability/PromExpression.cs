using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace EventGateway.Tests.Observability;

/// <summary>
/// As much of a PromQL expression as a check needs: which series it reads with which labels, and what is done to them. Whether it is PromQL at
/// all is for promtool to say.
/// </summary>
internal sealed partial class PromExpression(string place, string text)
{
    // Prometheus gives every series its target's.
    private static readonly ImmutableHashSet<string> TargetLabels = ["job", "instance", "le"];

    /// <summary>Where it stands, for people.</summary>
    public string Place => place;

    /// <summary>As Prometheus would get it, with Grafana's variables filled in.</summary>
    public string Query { get; } = text.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$__interval", "5m", StringComparison.Ordinal)
        .Replace("$instance", ".*", StringComparison.Ordinal).Replace("$workspace", ".*", StringComparison.Ordinal);

    public IEnumerable<string> Series => Selector().Matches(Query).Select(m => m.Groups["name"].Value).Distinct();

    public IEnumerable<string> Faults(IReadOnlyDictionary<string, MetricFamily> families)
    {
        var types = families.ToDictionary(f => f.Key, f => f.Value.Type);
        var known = ImmutableHashSet.CreateBuilder<string>();
        foreach (Match selector in Selector().Matches(Query))
        {
            var series = selector.Groups["name"].Value;
            if (series == "up")
            {
                continue;
            }

            if (!families.TryGetValue(MetricExposition.FamilyOf(series, types), out var family))
            {
                yield return $"{Place}: nothing emits {series}";
                continue;
            }

            known.UnionWith(family.Labels ?? []);
            foreach (var label in LabelName().Matches(selector.Groups["matchers"].Value).Select(m => m.Groups[1].Value).Where(l => !TargetLabels.Contains(l) && family.Labels?.Contains(l) != true))
            {
                yield return $"{Place}: {series} has no label {label}";
            }

            foreach (var fault in TypeFaults(series, family, FunctionBefore(selector.Index), selector.Groups["range"].Success))
            {
                yield return $"{Place}: {fault}";
            }
        }

        foreach (var label in Grouping().Matches(Query).SelectMany(m => m.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!known.Contains(label) && !TargetLabels.Contains(label))
            {
                yield return $"{Place}: groups by {label}, which none of its series has";
            }
        }

        if (Query.Contains("histogram_quantile", StringComparison.Ordinal) && !Quantile().IsMatch(Query))
        {
            yield return $"{Place}: histogram_quantile needs the rate of buckets, summed by le";
        }
    }

    private static IEnumerable<string> TypeFaults(string series, MetricFamily family, string function, bool hasRange)
    {
        var isCounting = family.Type != "gauge";
        if (function is "rate" or "irate" or "increase" && !isCounting)
        {
            yield return $"{function} of {series}, which is a gauge";
        }

        if (hasRange && isCounting && function is not ("rate" or "irate" or "increase"))
        {
            yield return $"{function} of {series}, which only grows: use rate or increase";
        }

        if (!hasRange && isCounting)
        {
            yield return $"the bare value of {series}, which only grows, says nothing";
        }

        if (family.Type == "histogram" && series == family.Name)
        {
            yield return $"{series} is a histogram: there is only _bucket, _sum and _count of it";
        }
    }

    private string FunctionBefore(int index) => Function().Match(Query[..index]).Groups[1].Value;

    [GeneratedRegex(@"(?<![\w""$./-])(?<name>up|(eventgateway|dotnet|process)_[a-z0-9_]+)(\{(?<matchers>[^}]*)\})?(?<range>\[[^\]]+\])?(?![\w""])")]
    private static partial Regex Selector();

    [GeneratedRegex(@"([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*""")]
    private static partial Regex LabelName();

    [GeneratedRegex(@"(?:by|without|on|ignoring)\s*\(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(\w+)\s*\($")]
    private static partial Regex Function();

    [GeneratedRegex(@"histogram_quantile\([0-9.]+, sum by \([^)]*\ble\b[^)]*\) \((rate|increase)\(\w+_bucket")]
    private static partial Regex Quantile();
}
