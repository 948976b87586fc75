using EventGateway.Core.Sealing;
using EventGateway.Kafka;

namespace EventGateway.Settings;

/// <param name="KeyRing">Null: certificates are refused by name.</param>
internal sealed record WatcherSettings(KafkaLogOptions Kafka, SourceSettings Source, KeyRing? KeyRing, ProcessSettings Process)
{
    public static WatcherSettings Read(SettingsReader reader) => new(
        KafkaConnectionSettings.Read(reader, reader.Switch(SettingCatalog.CreateTopics)),
        SourceSettings.Read(reader, SettingCatalog.Origin),
        KeyRingFile.Read(reader),
        ProcessSettings.Read(reader));
}
