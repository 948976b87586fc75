using EventGateway.Kafka;

namespace EventGateway.Settings;

/// <summary>How to reach the logs in Kafka.</summary>
internal static class KafkaConnectionSettings
{
    public static KafkaLogOptions Read(SettingsReader reader, bool createTopics)
    {
        var servers = reader.RequiredList(SettingCatalog.Kafka, "127.0.0.1:9092");
        var options = new KafkaLogOptions
        {
            BootstrapServers = string.Join(',', servers),
            Prefix = reader.Text(SettingCatalog.Prefix) ?? "",
            CreateTopics = createTopics,
        };
        ReadClientOptions(reader, options.ClientOptions);

        // What is missing was told above, with an example.
        foreach (var fault in servers.IsEmpty ? [] : options.Validate())
        {
            reader.Fault("", fault);
        }

        return options;
    }

    private static void ReadClientOptions(SettingsReader reader, IDictionary<string, string> options)
    {
        foreach (var text in reader.List(SettingCatalog.KafkaOption))
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                // The text is not shown: it may be a secret whose name was forgotten.
                reader.Fault(reader.From(SettingCatalog.KafkaOption), "expected NAME=VALUE or NAME=@FILE, for example security.protocol=SASL_SSL");
                continue;
            }

            var name = text[..equals].Trim();
            if (reader.Secret(SettingCatalog.KafkaOption, name, text[(equals + 1)..]) is { } value)
            {
                options[name] = value;
            }
        }
    }
}
