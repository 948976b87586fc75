using EventGateway.Kafka;

namespace EventGateway.Settings;

/// <summary>How to reach the logs in Kafka.</summary>
internal static class KafkaConnectionSettings
{
    private const string AnyServer = "127.0.0.1:9092";

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
        if (!servers.IsEmpty)
        {
            Check(reader, SettingCatalog.Kafka, new KafkaLogOptions { BootstrapServers = options.BootstrapServers });
            Check(reader, SettingCatalog.Prefix, new KafkaLogOptions { BootstrapServers = AnyServer, Prefix = options.Prefix });
            var others = new KafkaLogOptions { BootstrapServers = AnyServer };
            foreach (var (name, value) in options.ClientOptions)
            {
                others.ClientOptions[name] = value;
            }

            Check(reader, SettingCatalog.KafkaOption, others);
        }

        return options;
    }

    /// <param name="options">Nothing but what the setting says.</param>
    private static void Check(SettingsReader reader, Setting setting, KafkaLogOptions options)
    {
        foreach (var fault in options.Validate())
        {
            reader.Fault(reader.From(setting), fault);
        }
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
