using System.Collections.Immutable;
using EventGateway.Core.Loading.LastKnownGood;
using EventGateway.Core.Sealing;
using EventGateway.Kafka;

namespace EventGateway.Settings;

/// <param name="Origins">Empty: every one.</param>
/// <param name="Workspaces">Empty: every one.</param>
/// <param name="KeyRing">Null: certificates are refused by name.</param>
/// <param name="LastKnownGood">Null: no copies of the logs are kept. The folder exists.</param>
internal sealed record ProxySettings(
    KafkaLogOptions Kafka, ImmutableHashSet<string> Origins, ImmutableHashSet<string> Workspaces, KeyRing? KeyRing, ProcessSettings Process, TrafficSettings Traffic,
    LastKnownGoodOptions? LastKnownGood)
{
    public static ProxySettings Read(SettingsReader reader)
    {
        var process = ProcessSettings.Read(reader);
        var settings = new ProxySettings(
            KafkaConnectionSettings.Read(reader, createTopics: false),
            [.. reader.Labels(SettingCatalog.Origins)],
            [.. reader.Labels(SettingCatalog.Workspaces)],
            KeyRingFile.Read(reader),
            process,
            TrafficSettings.Read(reader, process.StatusPort),
            LastKnownGood: null);

        // Nothing is written while anything is wrong.
        return reader.Faults.Count > 0 ? settings : settings with { LastKnownGood = ReadLastKnownGood(reader) };
    }

    private static LastKnownGoodOptions? ReadLastKnownGood(SettingsReader reader)
    {
        if (reader.Text(SettingCatalog.ProxyData) is not { Length: > 0 } data)
        {
            return null;
        }

        var folder = LastKnownGoodFolder.Prepare(data, out var fault);
        if (fault is not null)
        {
            reader.Fault(reader.From(SettingCatalog.ProxyData), fault);
        }

        return new LastKnownGoodOptions { Folder = folder };
    }
}
