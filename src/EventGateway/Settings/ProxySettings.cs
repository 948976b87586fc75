using System.Collections.Immutable;
using EventGateway.Core.Sealing;
using EventGateway.Kafka;

namespace EventGateway.Settings;

/// <param name="Origins">Empty: every one.</param>
/// <param name="Workspaces">Empty: every one.</param>
/// <param name="KeyRing">Null: certificates are refused by name.</param>
internal sealed record ProxySettings(
    KafkaLogOptions Kafka, ImmutableHashSet<string> Origins, ImmutableHashSet<string> Workspaces, KeyRing? KeyRing, ProcessSettings Process, TrafficSettings Traffic)
{
    public static ProxySettings Read(SettingsReader reader)
    {
        reader.NotYet(SettingCatalog.Data, "a last-known-good copy of the logs is not available yet; a proxy that starts while Kafka is down waits for it");
        var process = ProcessSettings.Read(reader);
        return new ProxySettings(
            KafkaConnectionSettings.Read(reader, createTopics: false),
            [.. reader.Labels(SettingCatalog.Origins)],
            [.. reader.Labels(SettingCatalog.Workspaces)],
            KeyRingFile.Read(reader),
            process,
            TrafficSettings.Read(reader, process.StatusPort));
    }
}
