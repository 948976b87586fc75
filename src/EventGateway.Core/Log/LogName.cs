using System.Diagnostics.CodeAnalysis;

namespace EventGateway.Core.Log;

/// <summary>Which log: who writes, and for which workspace. Both parts are DNS labels, at most 63 characters.</summary>
public readonly record struct LogName : IComparable<LogName>
{
    /// <exception cref="ArgumentException">A part is not a DNS label (RFC 1123).</exception>
    public LogName(string origin, string workspace)
    {
        if (!IsLabel(origin))
        {
            throw new ArgumentException($"'{origin}' is not an origin; use 1 to 63 lower-case letters, digits and '-'", nameof(origin));
        }

        if (!IsLabel(workspace))
        {
            throw new ArgumentException($"'{workspace}' is not a workspace; use 1 to 63 lower-case letters, digits and '-'", nameof(workspace));
        }

        Origin = origin;
        Workspace = workspace;
    }

    public string Origin { get; }

    public string Workspace { get; }

    public static bool IsLabel([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= 63 } && text[0] != '-' && text[^1] != '-'
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    public int CompareTo(LogName other)
    {
        var byOrigin = string.CompareOrdinal(Origin, other.Origin);
        return byOrigin != 0 ? byOrigin : string.CompareOrdinal(Workspace, other.Workspace);
    }

    /// <summary><c>origin/workspace</c>.</summary>
    public override string ToString() => $"{Origin}/{Workspace}";

    public static bool operator <(LogName left, LogName right) => left.CompareTo(right) < 0;

    public static bool operator <=(LogName left, LogName right) => left.CompareTo(right) <= 0;

    public static bool operator >(LogName left, LogName right) => left.CompareTo(right) > 0;

    public static bool operator >=(LogName left, LogName right) => left.CompareTo(right) >= 0;
}
