using System.Globalization;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Reads an object's annotations and gathers what is wrong with them.</summary>
internal sealed class AnnotationSet(IDictionary<string, string>? annotations)
{
    public const string Prefix = "konghq.com/";

    /// <summary>Faults that change what is routed where: the object is of no use.</summary>
    public List<string> Reasons { get; } = [];

    public List<string> Warnings { get; } = [];

    /// <summary>Names of all annotations with <see cref="Prefix"/>, in order, so that messages come in one order.</summary>
    public IEnumerable<string> KongNames => annotations is null
        ? []
        : annotations.Keys.Where(k => k.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public string? Find(string name) => annotations is not null && annotations.TryGetValue(name, out var value) ? value?.Trim() ?? "" : null;

    public bool ReadFlag(string name, bool otherwise)
    {
        var text = Find(name);
        if (text is null)
        {
            return otherwise;
        }

        if (bool.TryParse(text, out var value))
        {
            return value;
        }

        Reasons.Add(Fault(name, text, "use \"true\" or \"false\""));
        return otherwise;
    }

    /// <summary>A whole number that routing depends on: a bad one is a reason.</summary>
    public int ReadNumber(string name, int otherwise, string fix, Func<int, bool> allowed) => ReadNumber(name, otherwise, fix, allowed, Reasons);

    /// <summary>A whole number that routing does not depend on: a bad one is a warning, and <paramref name="otherwise"/> is used.</summary>
    public int ReadTuning(string name, int otherwise, string fix, Func<int, bool> allowed) =>
        ReadNumber(name, otherwise, $"{fix}; {otherwise} is used", allowed, Warnings);

    /// <summary>The parts of a comma-separated value; null: there is no such annotation. Says when it is empty.</summary>
    public IReadOnlyList<string>? ReadList(string name)
    {
        if (Find(name) is not { } text)
        {
            return null;
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            Reasons.Add(Fault(name, text, "give at least one value, or remove the annotation"));
        }

        return parts;
    }

    public static string Fault(string name, string value, string fix) => $"metadata.annotations[{name}]: '{value}' is not valid; {fix}";

    private int ReadNumber(string name, int otherwise, string fix, Func<int, bool> allowed, List<string> problems)
    {
        var text = Find(name);
        if (text is null)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && allowed(value))
        {
            return value;
        }

        problems.Add(Fault(name, text, fix));
        return otherwise;
    }
}
