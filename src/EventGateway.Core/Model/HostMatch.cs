namespace EventGateway.Core.Model;

/// <summary>A host pattern.</summary>
/// <param name="Name">Lower case, without port and trailing dot; for wildcards the part behind <c>*.</c>.</param>
public sealed record HostMatch(string Name, HostMatchType Type)
{
    /// <summary>Longest DNS name in text form (RFC 1035, section 2.3.4).</summary>
    private const int MaxNameLength = 253;

    public override string ToString() => Type == HostMatchType.Exact ? Name : "*." + Name;

    internal ConfigProblem? Validate(string field)
    {
        if (ConfigProblem.OfUnknown(field, Type) is { } unknown)
        {
            return unknown;
        }

        var sound = Name.Length is > 0 and <= MaxNameLength
            && Name.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'));
        return sound ? null : new ConfigProblem(field, $"'{this}' is not a host name; use lower-case letters, digits, '-' and '.', with '*.' in front for a wildcard");
    }
}
