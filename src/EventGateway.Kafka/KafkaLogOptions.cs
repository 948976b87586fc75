using System.Globalization;

namespace EventGateway.Kafka;

/// <summary>How to reach Kafka and how logs are kept there.</summary>
public sealed class KafkaLogOptions
{
    /// <summary><c>host:port</c>, several separated by commas. Required.</summary>
    public string BootstrapServers { get; set; } = "";

    /// <summary>What the names of all topics start with. Default <c>eventgateway</c>.</summary>
    public string Prefix { get; set; } = "eventgateway";

    /// <summary>
    /// Any librdkafka setting by its own name (<c>security.protocol</c>, <c>sasl.password</c>, <c>client.rack</c> …). These win over what
    /// EventGateway would set, but for the few that would break the log's promises, which <see cref="Validate"/> names.
    /// </summary>
    public IDictionary<string, string> ClientOptions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether claiming a log makes its topics when they are missing. Default false. Reading never makes topics.</summary>
    public bool CreateTopics { get; set; }

    /// <summary>Largest record, and <c>max.message.bytes</c> of topics that are made, in bytes. Default 4 MiB. <c>message.max.bytes</c> in <see cref="ClientOptions"/> wins.</summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long one question to Kafka may take. Default 5 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a claim waits for the transaction coordinator, which loads its state after a start. Default 30 s.</summary>
    public TimeSpan ClaimTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After this long Kafka itself undoes what a dead writer had begun, and until then readers wait at that point. Default 10 s.
    /// <c>transaction.timeout.ms</c> in <see cref="ClientOptions"/> wins.
    /// </summary>
    public TimeSpan TransactionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the topics are listed to find new workspaces. Default 1.5 s.</summary>
    public TimeSpan DiscoveryInterval { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How often the topics being read are checked for having been recreated or cut, and the client for being dead. Default 10 s.</summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>All that is wrong with these options, each naming the option and what to do; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate() => KafkaLogOptionsValidation.FindFaults(this);

    /// <summary>The options with secrets left out.</summary>
    public override string ToString()
    {
        var client = ClientOptions.Select(o => $"{o.Key}={(KafkaLogOptionsValidation.IsSecret(o.Key) ? "***" : o.Value)}");
        return $"{BootstrapServers} prefix={Prefix} {string.Join(' ', client)}".TrimEnd();
    }

    internal int EffectiveMaxMessageBytes => GetNumber("message.max.bytes", MaxMessageBytes);

    internal TimeSpan EffectiveTransactionTimeout =>
        TimeSpan.FromMilliseconds(GetNumber("transaction.timeout.ms", (int)TransactionTimeout.TotalMilliseconds));

    private int GetNumber(string name, int otherwise) =>
        ClientOptions.TryGetValue(name, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
