using System.Globalization;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Reads an object's annotations and gathers what is wrong with them.</summary>
internal sealed class AnnotationSet(IDictionary<string, string>? annotations)
{
    public const string Prefix = "konghq.com/";

    /// <summary>Faults that change what is routed where: the object is of no use.</summary>
    public List<string> Reasons { get; } = [];

    /// <summary>Faults without which the object is of use: what they ask for is not in use.</summary>
    public List<string> Shortfalls { get; } = [];

    public List<string> Warnings { get; } = [];

    /// <summary>Names of all annotations with <see cref="Prefix"/>, in order, so that messages come in one order.</summary>
    public IEnumerable<string> KongNames => NamesWith(Prefix);

    /// <summary>Names of all annotations with a prefix, in order.</summary>
    public IEnumerable<string> NamesWith(string prefix) => annotations is null
        ? []
        : annotations.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public string? Find(string name) => annotations is not null && annotations.TryGetValue(name, out var value) ? value?.Trim() ?? "" : null;

    /// <summary>A flag that routing depends on: a bad one is a reason.</summary>
    public bool ReadFlag(string name, bool otherwise) => ReadFlag(name, otherwise, "use \"true\" or \"false\"", Reasons);

    /// <summary>A flag that routing does not depend on: a bad one is a warning, and <paramref name="otherwise"/> is used.</summary>
    public bool ReadSwitch(string name, bool otherwise) =>
        ReadFlag(name, otherwise, $"use \"true\" or \"false\"; {(otherwise ? "true" : "false")} is used", Warnings);

    private bool ReadFlag(string name, bool otherwise, string fix, List<string> problems)
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

        problems.Add(Fault(name, text, fix));
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

    /// <param name="faulty">What a bad one is read as; null: <paramref name="otherwise"/>.</param>
    public int ReadNumber(string name, int otherwise, string fix, Func<int, bool> allowed, List<string> problems, int? faulty = null)
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
        return faulty ?? otherwise;
    }
}
