using EventGateway.Proxy.Tls;

namespace EventGateway.Settings;

/// <summary>What a role that serves clients has.</summary>
/// <param name="AccessLog">A file, <c>-</c> for standard output, or null for none.</param>
internal sealed record TrafficSettings(
    int HttpPort, int HttpsPort, string? AccessLog, bool MetricsPerRoute, DrainSettings Drain, TlsOptions Tls, ConnectionSettings Connections)
{
    /// <summary>Null: nothing is traced.</summary>
    public TracingSettings? Tracing { get; init; }

    /// <param name="drainDelay">The role's own, where its default is another; null: the usual one.</param>
    public static TrafficSettings Read(SettingsReader reader, int statusPort, Setting? drainDelay = null)
    {
        var settings = new TrafficSettings(
            reader.Port(SettingCatalog.HttpPort),
            reader.Port(SettingCatalog.HttpsPort),
            ReadAccessLog(reader),
            reader.Switch(SettingCatalog.MetricsPerRoute),
            DrainSettings.Read(reader, drainDelay ?? SettingCatalog.DrainDelay),
            TlsSettings.Read(reader),
            ConnectionSettings.Read(reader))
        {
            Tracing = TracingSettings.Read(reader),
        };

        (Setting Setting, int Port)[] ports =
            [(SettingCatalog.HttpPort, settings.HttpPort), (SettingCatalog.HttpsPort, settings.HttpsPort), (SettingCatalog.StatusPort, statusPort)];
        foreach (var same in ports.Concat(settings.Connections.StreamPorts.Select(p => (Setting: SettingCatalog.StreamListen, Port: p))).Where(p => p.Port != 0).GroupBy(p => p.Port).Where(g => g.Count() > 1))
        {
            reader.Fault(string.Join(" and ", same.Select(p => p.Setting.Flag).Distinct()), $"{same.Key} is used twice; give each a port of its own");
        }

        return settings;
    }

    private static string? ReadAccessLog(SettingsReader reader)
    {
        if (reader.Text(SettingCatalog.AccessLog) is not { } text || text is "off" or "")
        {
            return null;
        }

        try
        {
            if (text != "-")
            {
                using var file = new FileStream(text, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Fault(reader.From(SettingCatalog.AccessLog), $"'{text}' cannot be written: {e.Message}");
        }

        return text;
    }
}
