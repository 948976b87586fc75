namespace EventGateway.Settings;

/// <summary>How a role that serves clients ends.</summary>
/// <param name="Delay">How long it accepts requests still, once it says that it is not ready.</param>
/// <param name="Timeout">How long, from then on, what runs may go on.</param>
internal sealed record DrainSettings(TimeSpan Delay, TimeSpan Timeout)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static DrainSettings Read(SettingsReader reader, Setting delay) => new(reader.Duration(delay, Longest), reader.Duration(SettingCatalog.DrainTimeout, Longest));
}
