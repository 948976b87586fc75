using System.Net;

namespace EventGateway.Settings;

/// <summary>What every long-running role has.</summary>
/// <param name="Bind">Null: all addresses, IPv4 and IPv6.</param>
internal sealed record ProcessSettings(int StatusPort, IPAddress? Bind, LogLevel LogLevel, bool LogAsJson)
{
    public static ProcessSettings Read(SettingsReader reader) => new(
        reader.Port(SettingCatalog.StatusPort),
        reader.Address(SettingCatalog.Bind),
        reader.LogLevel(SettingCatalog.LogLevel),
        reader.OneOf(SettingCatalog.LogFormat, "text", "json") == "json");
}
