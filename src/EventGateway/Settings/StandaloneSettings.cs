using EventGateway.Core.Sealing;

namespace EventGateway.Settings;

/// <param name="Data">The folder of the embedded log; it exists.</param>
/// <param name="KeyRing">Null only while there are faults.</param>
internal sealed record StandaloneSettings(string Data, SourceSettings Source, KeyRing? KeyRing, ProcessSettings Process, TrafficSettings Traffic)
{
    private const string KeyRingName = "key-ring";

    /// <param name="newKeyId">Id of the key that a new ring starts with.</param>
    public static StandaloneSettings Read(SettingsReader reader, string newKeyId)
    {
        var process = ProcessSettings.Read(reader);
        var traffic = TrafficSettings.Read(reader, process.StatusPort, SettingCatalog.StandaloneDrainDelay);
        var source = SourceSettings.Read(reader, SettingCatalog.LocalOrigin);
        var data = reader.Text(SettingCatalog.StandaloneData) is { Length: > 0 } text ? text : DefaultData();

        // Nothing is written while anything is wrong.
        var keyRing = reader.IsSet(SettingCatalog.KeyRing) || reader.Faults.Count > 0 ? KeyRingFile.Read(reader) : OwnKeyRing(reader, data, newKeyId);
        return new StandaloneSettings(data, source, keyRing, process, traffic);
    }

    private static string DefaultData() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "eventgateway");

    private static KeyRing? OwnKeyRing(SettingsReader reader, string data, string newKeyId)
    {
        var from = reader.From(SettingCatalog.StandaloneData);
        try
        {
            if (!Directory.Exists(data))
            {
                _ = OperatingSystem.IsWindows()
                    ? Directory.CreateDirectory(data)
                    : Directory.CreateDirectory(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Fault(from, $"the folder '{data}' cannot be made: {e.Message}; name one that this user may write to");
            return null;
        }

        var ring = KeyRingFile.ReadOrCreate(Path.Combine(data, KeyRingName), newKeyId, out var fault);
        if (fault is not null)
        {
            reader.Fault(from, fault);
        }

        return ring;
    }
}
