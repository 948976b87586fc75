namespace EventGateway.Core.Model;

/// <summary>Keeps a client at the endpoint it was sent to first, by a cookie that the gateway makes. The endpoint's address is not readable from it.</summary>
/// <param name="Name">The cookie's name, a token of RFC 6265.</param>
public sealed record StickyCookie(string Name)
{
    public string Path { get; init; } = "/";

    /// <summary>Null: until the browser is closed.</summary>
    public TimeSpan? MaxAge { get; init; }

    internal static bool IsName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    internal IEnumerable<ConfigProblem> Validate()
    {
        if (!IsName(Name))
        {
            yield return new ConfigProblem("sticky.name", $"'{Name}' is no cookie name; use letters, digits, '-' and '_'");
        }

        if (!Path.StartsWith('/') || Path.Any(c => c is ';' or < ' ' or > '~'))
        {
            yield return new ConfigProblem("sticky.path", $"'{Path}' must begin with '/' and hold no ';'");
        }

        if (MaxAge is { } age && (age < TimeSpan.FromSeconds(1) || age > TimeSpan.FromDays(400)))
        {
            yield return new ConfigProblem("sticky.maxAge", "use 1 second to 400 days");
        }
    }
}
