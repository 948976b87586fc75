namespace EventGateway.Proxy.Routing;

/// <summary>Reads the name out of a Host header, whatever is around it.</summary>
internal static class HostName
{
    /// <summary>Longest DNS name in text form (RFC 1035, section 2.3.4).</summary>
    private const int MaxLength = 253;

    /// <summary>
    /// Without port and one trailing dot; case is kept. Empty for what cannot be the name of a route: nothing, an IPv6 literal,
    /// a name too long. Such requests take the routes for any host.
    /// </summary>
    public static ReadOnlySpan<char> Of(string? header)
    {
        var name = header.AsSpan();
        if (name.IsEmpty || name[0] == '[')
        {
            return default;
        }

        var colon = name.IndexOf(':');
        name = colon < 0 ? name : name[..colon];
        name = name.EndsWith('.') ? name[..^1] : name;
        return name.Length > MaxLength ? default : name;
    }

    /// <summary>Whether no label is empty, so that a wildcard may stand for the first ones.</summary>
    public static bool HasSoundLabels(ReadOnlySpan<char> name) => name[0] != '.' && name.IndexOf("..", StringComparison.Ordinal) < 0;
}
