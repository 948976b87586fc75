namespace EventGateway.Settings;

/// <summary>What a role that serves clients has.</summary>
/// <param name="AccessLog">A file, <c>-</c> for standard output, or null for none.</param>
internal sealed record TrafficSettings(int HttpPort, int HttpsPort, string? AccessLog, bool MetricsPerRoute)
{
    public static TrafficSettings Read(SettingsReader reader, int statusPort)
    {
        var settings = new TrafficSettings(
            reader.Port(SettingCatalog.HttpPort),
            reader.Port(SettingCatalog.HttpsPort),
            reader.Text(SettingCatalog.AccessLog) is { } text and not ("off" or "") ? text : null,
            reader.Switch(SettingCatalog.MetricsPerRoute));

        (Setting Setting, int Port)[] ports =
            [(SettingCatalog.HttpPort, settings.HttpPort), (SettingCatalog.HttpsPort, settings.HttpsPort), (SettingCatalog.StatusPort, statusPort)];
        foreach (var same in ports.Where(p => p.Port != 0).GroupBy(p => p.Port).Where(g => g.Count() > 1))
        {
            reader.Fault(string.Join(" and ", same.Select(p => p.Setting.Flag)), $"{same.Key} is used twice; give each a port of its own");
        }

        return settings;
    }
}
