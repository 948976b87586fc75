using System.Globalization;
using System.Text.RegularExpressions;
using EventGateway.TestKit.Kubernetes.Server;

namespace EventGateway.TestKit.Kubernetes.Selectors;

/// <summary><c>a=b,c!=d,e in (f,g),h notin (i),j,!k,n&gt;1,m&lt;2</c>: all must hold.</summary>
internal sealed partial class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);
    private readonly IReadOnlyList<Func<IReadOnlyDictionary<string, string>, bool>> _requirements;

    private LabelSelector(IReadOnlyList<Func<IReadOnlyDictionary<string, string>, bool>> requirements) => _requirements = requirements;

    public bool IsEmpty => _requirements.Count == 0;

    public bool Matches(IReadOnlyDictionary<string, string> labels) => _requirements.All(r => r(labels));

    /// <exception cref="ApiFault">400: the text is no selector.</exception>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        var requirements = new List<Func<IReadOnlyDictionary<string, string>, bool>>();
        foreach (var part in BetweenBrackets().Split(text))
        {
            requirements.Add(Requirement(part.Trim(), text));
        }

        return new LabelSelector(requirements);
    }

    private static Func<IReadOnlyDictionary<string, string>, bool> Requirement(string part, string text)
    {
        if (SetBased().Match(part) is { Success: true } set)
        {
            var (key, values) = (set.Groups[1].Value, set.Groups[3].Value.Split(',').Select(v => v.Trim()).ToHashSet());
            return set.Groups[2].Value == "in"
                ? labels => labels.TryGetValue(key, out var value) && values.Contains(value)
                : labels => !labels.TryGetValue(key, out var value) || !values.Contains(value);
        }

        if (Comparison().Match(part) is { Success: true } comparison)
        {
            var (key, sign, wanted) = (comparison.Groups[1].Value, comparison.Groups[2].Value, comparison.Groups[3].Value);
            return sign switch
            {
                "!=" => labels => !labels.TryGetValue(key, out var value) || value != wanted,
                ">" => labels => Number(labels, key) > long.Parse(wanted, CultureInfo.InvariantCulture),
                "<" => labels => Number(labels, key) < long.Parse(wanted, CultureInfo.InvariantCulture),
                _ => labels => labels.TryGetValue(key, out var value) && value == wanted,
            };
        }

        if (Presence().Match(part) is { Success: true } presence)
        {
            var (absent, key) = (presence.Groups[1].Length > 0, presence.Groups[2].Value);
            return labels => labels.ContainsKey(key) != absent;
        }

        throw ApiFault.BadRequest($"unable to parse requirement: \"{part}\" in \"{text}\" is no label selector");
    }

    private static long? Number(IReadOnlyDictionary<string, string> labels, string key) =>
        labels.TryGetValue(key, out var value) && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex BetweenBrackets();

    [GeneratedRegex(@"^([A-Za-z0-9./_-]+)\s+(in|notin)\s*\(([^()]*)\)$")]
    private static partial Regex SetBased();

    [GeneratedRegex(@"^([A-Za-z0-9./_-]+)\s*(==|=|!=|>|<)\s*([A-Za-z0-9._-]*)$")]
    private static partial Regex Comparison();

    [GeneratedRegex(@"^(!?)\s*([A-Za-z0-9./_-]+)$")]
    private static partial Regex Presence();
}
