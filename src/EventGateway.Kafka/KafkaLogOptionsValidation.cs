using Confluent.Kafka;

namespace EventGateway.Kafka;

/// <summary>Finds every fault of <see cref="KafkaLogOptions"/>, without asking Kafka.</summary>
internal static class KafkaLogOptionsValidation
{
    // Setting -> the only values that keep the log's promises (none: EventGateway must set it) and why.
    private static readonly Dictionary<string, (string[] Allowed, string Why)> Guarded = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = ([], "use --kafka HOST:PORT"),
        ["metadata.broker.list"] = ([], "use --kafka HOST:PORT"),
        ["transactional.id"] = ([], "it is made from the log's name and fences a second writer off"),
        ["enable.idempotence"] = (["true"], "without it records can be doubled or change places"),
        ["acks"] = (["all", "-1"], "otherwise an acknowledged change can be lost"),
        ["request.required.acks"] = (["all", "-1"], "otherwise an acknowledged change can be lost"),
        ["isolation.level"] = (["read_committed"], "otherwise changes that were undone become config"),
        ["enable.auto.commit"] = (["false"], "places are kept by the reader, never in a consumer group"),
        ["auto.commit.enable"] = (["false"], "places are kept by the reader, never in a consumer group"),
        ["enable.auto.offset.store"] = (["false"], "places are kept by the reader, never in a consumer group"),
        ["auto.offset.reset"] = (["error"], "otherwise a cut topic is read on from a wrong place without a word"),
        ["enable.partition.eof"] = (["true"], "it tells when everything has been read"),
        ["allow.auto.create.topics"] = (["false"], "a topic made by accident is not compacted"),
        ["delivery.report.only.error"] = (["false"], "reports tell that records are durable"),
        ["dotnet.producer.enable.delivery.reports"] = (["true"], "reports tell that records are durable"),
        ["dotnet.producer.enable.background.poll"] = (["true"], "reports tell that records are durable"),
        ["dotnet.producer.delivery.report.fields"] = ([], "reports tell which record failed"),
        ["dotnet.consumer.consume.result.fields"] = ([], "the reader needs topic and headers"),
        ["test.mock.num.brokers"] = ([], "a mock broker keeps nothing"),
    };

    public static IReadOnlyList<string> FindFaults(KafkaLogOptions options)
    {
        var faults = new List<string>();
        foreach (var server in options.BootstrapServers.Split(',', StringSplitOptions.TrimEntries))
        {
            if (FindServerFault(server) is { } fault)
            {
                faults.Add(fault);
            }
        }

        if (KafkaTopicNames.FindFault(options.Prefix) is { } prefixFault)
        {
            faults.Add(prefixFault);
        }

        if (options.MaxMessageBytes is < 1024 or > 1_000_000_000)
        {
            faults.Add($"MaxMessageBytes {options.MaxMessageBytes} is out of range; use 1024 to 1000000000 bytes");
        }

        AddTimeFaults(options, faults);
        AddClientFaults(options, faults);
        return faults;
    }

    public static bool IsSecret(string name) =>
        name.Contains("password", StringComparison.OrdinalIgnoreCase)
        || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || name.Contains("token", StringComparison.OrdinalIgnoreCase)
        || name.Contains("assertion", StringComparison.OrdinalIgnoreCase)
        || name.Contains(".key", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".pem", StringComparison.OrdinalIgnoreCase)
        || name is "sasl.oauthbearer.config" or "sasl.jaas.config";

    /// <summary>A message of the library without the values of secret options. Where a key lies is none.</summary>
    public static string HideSecrets(string message, KafkaLogOptions options) => options.ClientOptions
        .Where(o => o.Value.Length > 0 && IsSecret(o.Key) && !o.Key.EndsWith(".location", StringComparison.OrdinalIgnoreCase))
        .Aggregate(message, (text, o) => text.Replace(o.Value, "***", StringComparison.Ordinal));

    private static string? FindServerFault(string server)
    {
        if (server.Length == 0)
        {
            return "Kafka's address is missing; give --kafka HOST:PORT";
        }

        // librdkafka also takes PROTOCOL://host:port.
        var address = server.Contains("://", StringComparison.Ordinal) ? server[(server.IndexOf("://", StringComparison.Ordinal) + 3)..] : server;
        var colon = address.LastIndexOf(':');
        var port = colon > 0 && !address.EndsWith(']') ? address[(colon + 1)..] : "9092";
        return address.Length == 0 || colon == 0 || address.Any(char.IsWhiteSpace) || !ushort.TryParse(port, out var number) || number == 0
            ? $"'{server}' is not an address of a Kafka broker; use HOST:PORT"
            : null;
    }

    private static void AddTimeFaults(KafkaLogOptions options, List<string> faults)
    {
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(options.RequestTimeout), options.RequestTimeout), (nameof(options.ClaimTimeout), options.ClaimTimeout),
            (nameof(options.TransactionTimeout), options.TransactionTimeout), (nameof(options.DiscoveryInterval), options.DiscoveryInterval),
            (nameof(options.CheckInterval), options.CheckInterval),
        ];
        faults.AddRange(times
            .Where(t => t.Value < TimeSpan.FromMilliseconds(10) || t.Value > TimeSpan.FromHours(1))
            .Select(t => $"{t.Name} {t.Value} is out of range; use 10 ms to 1 hour"));
    }

    private static void AddClientFaults(KafkaLogOptions options, List<string> faults)
    {
        var passed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in options.ClientOptions)
        {
            if (!Guarded.TryGetValue(name, out var guard))
            {
                passed[name] = value;
            }
            else if (!guard.Allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
            {
                var fix = guard.Allowed.Length == 0 ? "leave it out" : $"leave it out or set {guard.Allowed[0]}";
                faults.Add($"Kafka option '{name}' must not be changed: {guard.Why}; {fix}");
            }
        }

        AddLibraryFaults(passed, faults);
    }

    // Only librdkafka knows its settings; it names one fault at a time, so each one found is taken out and the rest tried again.
    private static void AddLibraryFaults(Dictionary<string, string> settings, List<string> faults)
    {
        while (settings.Count > 0)
        {
            try
            {
                using var client = new ProducerBuilder<Null, Null>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
                return;
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
            {
                var culprit = settings.Keys.Where(k => e.Message.Contains($"\"{k}\"", StringComparison.Ordinal)).MaxBy(k => k.Length)
                    ?? settings.Keys.Where(k => e.Message.Contains(k, StringComparison.Ordinal)).MaxBy(k => k.Length);
                if (culprit is null)
                {
                    faults.Add($"the Kafka options do not fit together: {e.Message}");
                    return;
                }

                var reason = IsSecret(culprit) ? "its value is not accepted" : e.Message;
                faults.Add($"Kafka option '{culprit}': {reason}");
                settings.Remove(culprit);
            }
        }
    }
}
