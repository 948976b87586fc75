using EventGateway.Core.Log;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class KafkaLogOptionsTests
{
    [Fact]
    public void Validate_Usable_HasNoFaults()
    {
        var options = new KafkaLogOptions { BootstrapServers = "kafka-1:9092, sasl_ssl://kafka-2:9093,[::1]:9094" };
        options.ClientOptions["security.protocol"] = "sasl_ssl";
        options.ClientOptions["sasl.mechanism"] = "SCRAM-SHA-256";
        options.ClientOptions["sasl.username"] = "u";
        options.ClientOptions["sasl.password"] = "p";
        options.ClientOptions["client.rack"] = "a";
        options.ClientOptions["fetch.wait.max.ms"] = "50";
        options.ClientOptions["enable.idempotence"] = "true";
        options.ClientOptions["isolation.level"] = "read_committed";

        Assert.Empty(options.Validate());
    }

    [Fact]
    public void Validate_ManyFaults_NamesEachOfThem()
    {
        var options = new KafkaLogOptions
        {
            BootstrapServers = "kafka:port", Prefix = "a b", MaxMessageBytes = 0, CheckInterval = TimeSpan.Zero,
        };
        options.ClientOptions["enable.idempotence"] = "false";
        options.ClientOptions["isolation.level"] = "read_uncommitted";
        options.ClientOptions["transactional.id"] = "mine";
        options.ClientOptions["enable.auto.commit"] = "true";
        options.ClientOptions["no.such.setting"] = "1";
        options.ClientOptions["security.protocol"] = "nonsense";
        options.ClientOptions["socket.timeout.ms"] = "soon";

        var faults = options.Validate();

        foreach (var name in (string[])
                 ["kafka:port", "prefix", "MaxMessageBytes", "CheckInterval", "enable.idempotence", "isolation.level", "transactional.id",
                  "enable.auto.commit", "no.such.setting", "security.protocol", "socket.timeout.ms"])
        {
            Assert.Single(faults, f => f.Contains(name, StringComparison.Ordinal));
        }

        Assert.Equal(11, faults.Count);
    }

    [Fact]
    public void ToString_Secrets_AreLeftOut()
    {
        var options = new KafkaLogOptions { BootstrapServers = "kafka:9092" };
        foreach (var name in (string[])
                 ["sasl.password", "ssl.key.pem", "ssl.key.password", "ssl.keystore.password", "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config"])
        {
            options.ClientOptions[name] = "hunter2";
        }

        options.ClientOptions["sasl.username"] = "watcher";
        var text = options.ToString();

        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Contains("sasl.username=watcher", text, StringComparison.Ordinal);
        Assert.Contains("sasl.password=***", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ClientOptions_KnownSettings_WinOverOurs()
    {
        var options = new KafkaLogOptions { BootstrapServers = "kafka:9092", Prefix = "eg" };
        options.ClientOptions["fetch.wait.max.ms"] = "7";
        options.ClientOptions["compression.type"] = "lz4";
        options.ClientOptions["client.id"] = "mine";
        options.ClientOptions["transaction.timeout.ms"] = "4000";
        options.ClientOptions["message.max.bytes"] = "2000000";

        Assert.Equal("7", KafkaClientSettings.Consumer(options).Get("fetch.wait.max.ms"));
        Assert.Equal("mine", KafkaClientSettings.Admin(options).ClientId);
        var producer = KafkaClientSettings.Producer(options, "eg.a.b");
        Assert.Equal("lz4", producer.Get("compression.type"));
        Assert.Equal("4000", producer.Get("transaction.timeout.ms"));
        Assert.Equal(4000, producer.MessageTimeoutMs);
        Assert.Equal(TimeSpan.FromSeconds(4), options.EffectiveTransactionTimeout);
        Assert.Equal(2_000_000, options.EffectiveMaxMessageBytes);
        Assert.Empty(options.Validate());
    }

    [Fact]
    public async Task AddKafkaConfigLog_ValidOptions_GivesOneStoreWithoutAskingKafka()
    {
        var services = new ServiceCollection().AddLogging().AddKafkaConfigLog(new KafkaLogOptions { BootstrapServers = "127.0.0.1:1" });
        await using var provider = services.BuildServiceProvider();

        var store = provider.GetRequiredService<IConfigLogStore>();

        Assert.Same(provider.GetRequiredService<KafkaConfigLogStore>(), store);
        Assert.Equal("kafka", store.Source);
        Assert.False(store.IsConnected);
        Assert.Equal("a/b", store.Open(new LogName("a", "b")).Name.ToString());
    }

    [Fact]
    public void AddKafkaConfigLog_Faults_ThrowsWithAllOfThem()
    {
        var error = Assert.Throws<ArgumentException>(
            () => new ServiceCollection().AddKafkaConfigLog(new KafkaLogOptions { Prefix = "a b" }));
        Assert.Contains("--kafka", error.Message, StringComparison.Ordinal);
        Assert.Contains("prefix 'a b'", error.Message, StringComparison.Ordinal);
    }
}
