using System.Collections.Immutable;

namespace EventGateway.Settings;

/// <summary>Names of ingress classes: one that no class can have would let every object be skipped, and nobody would know why.</summary>
internal static class IngressClassSetting
{
    private const int Longest = 253;

    public static ImmutableArray<string> Read(SettingsReader reader)
    {
        var names = reader.RequiredList(SettingCatalog.IngressClass, "eventgateway");
        foreach (var name in names.Where(n => !IsName(n)))
        {
            reader.Fault(reader.From(SettingCatalog.IngressClass), $"'{name}' is no name of an ingress class; use lower-case letters, digits, '-' and inner dots");
        }

        return names;
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= Longest && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
        && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]);
}
