namespace EventGateway.Settings;

/// <summary>One thing a user can set, under one name: by flag, by environment variable or in the config file.</summary>
/// <param name="Name">For example <c>http-port</c>.</param>
/// <param name="ValueName">What the help shows behind the flag, for example <c>PORT</c>; "" for a switch.</param>
/// <param name="Description">One or two sentences for the help and the reference.</param>
internal sealed record Setting(string Name, string ValueName, string Description)
{
    private const string EnvironmentPrefix = "EVENTGATEWAY_";

    /// <summary>Used when nobody sets it, as a user would write it; null: there is none.</summary>
    public string? Default { get; init; }

    /// <summary>Whether it takes several values.</summary>
    public bool IsMany { get; init; }

    /// <summary>
    /// Splits one text into several values, on the command line, in the environment and in the config file. Null: the flag is
    /// repeated, and in the environment the values stand on lines of their own.
    /// </summary>
    public char? Separator { get; init; }

    /// <summary>Whether the flag may be followed by several values: <c>--manifests a b c</c>.</summary>
    public bool TakesSeveralTokens { get; init; }

    public string? Alias { get; init; }

    public bool IsSwitch => ValueName.Length == 0;

    public string Flag => $"--{Name}";

    public string EnvironmentVariable => EnvironmentPrefix + Name.ToUpperInvariant().Replace('-', '_');
}
