using EventGateway.Core.Log;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class KafkaTopicNamesTests
{
    [Theory]
    [InlineData("eventgateway")]
    [InlineData("a.b.c")]
    [InlineData("A_b-c.9")]
    public void Names_OfALog_ParseBack(string prefix)
    {
        var names = new KafkaTopicNames(prefix);
        var log = new LogName("east-1", "config");

        Assert.Equal($"{prefix}.east-1.config.config", names.Config(log));
        Assert.Equal($"{prefix}.east-1.config.history", names.History(log));
        Assert.Equal($"{prefix}.east-1.config", names.TransactionalId(log));
        Assert.True(names.TryParseConfig(names.Config(log), out var config) && config == log);
        Assert.True(names.TryParseHistory(names.History(log), out var history) && history == log);
        Assert.False(names.TryParseConfig(names.History(log), out _));
        Assert.False(names.TryParseHistory(names.Config(log), out _));
    }

    [Theory]
    [InlineData("eg.shop.config")]
    [InlineData("eg.east.shop")]
    [InlineData("eg.a.east.shop.config")]
    [InlineData("egx.east.shop.config")]
    [InlineData("eg.East.shop.config")]
    [InlineData("eg.east.sh_op.config")]
    [InlineData("eg..shop.config")]
    [InlineData("eg.east..config")]
    [InlineData("eg.config")]
    [InlineData("eg..config")]
    [InlineData("__transaction_state")]
    public void TryParseConfig_OtherTopics_AreNotLogs(string topic) => Assert.False(new KafkaTopicNames("eg").TryParseConfig(topic, out _));

    [Theory]
    [InlineData("")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void New_UnusablePrefix_Throws(string prefix) =>
        Assert.Contains("prefix", Assert.Throws<ArgumentException>(() => new KafkaTopicNames(prefix)).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_LongestParts_FitIntoATopicsName()
    {
        var names = new KafkaTopicNames(new string('p', 100));
        var log = new LogName(new string('o', 63), new string('w', 63));
        Assert.True(names.History(log).Length <= 249);
        Assert.Throws<ArgumentException>(() => new KafkaTopicNames(new string('p', 101)));
    }
}
