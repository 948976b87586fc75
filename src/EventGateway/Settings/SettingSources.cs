using System.Collections.Immutable;

namespace EventGateway.Settings;

/// <summary>The three places a setting may come from, in their order of strength: flag, environment, file.</summary>
/// <param name="Flag">What the command line says; null: nothing.</param>
/// <param name="Environment">An environment variable by name; null: not set.</param>
/// <param name="File">Null: no file was named.</param>
internal sealed record SettingSources(Func<Setting, SettingValue?> Flag, Func<string, string?> Environment, ConfigFile? File)
{
    /// <summary>The strongest value there is, the setting's default included; null: nobody set it and it has no default.</summary>
    public SettingValue? Find(Setting setting) =>
        Flag(setting) ?? FromEnvironment(setting) ?? Split(setting, File?.Find(setting))
        ?? (setting.Default is { } text ? Split(setting, new SettingValue([text], $"the default of {setting.Flag}")) : null);

    /// <summary>Splits what is one text into the several values it stands for.</summary>
    public static SettingValue? Split(Setting setting, SettingValue? value) => value is null || setting.Separator is not { } separator
        ? value
        : value with { Values = [.. value.Values.SelectMany(v => v.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))] };

    // An empty variable is as good as none: that is what a container's manifest leaves behind when a value is missing.
    private SettingValue? FromEnvironment(Setting setting)
    {
        var text = Environment(setting.EnvironmentVariable);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        ImmutableArray<string> values = setting.IsMany && setting.Separator is null
            ? [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
            : [text.Trim()];
        return Split(setting, new SettingValue(values, setting.EnvironmentVariable));
    }
}
