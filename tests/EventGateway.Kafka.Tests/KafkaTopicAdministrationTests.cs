using EventGateway.TestKit.Kafka;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class KafkaTopicAdministrationTests(SharedKafka kafka) : KafkaTestBase(kafka)
{
    [Fact]
    public async Task Plan_OfALog_ListsItsTopicsWithSettings()
    {
        var plan = await Area.Store().Topics.PlanAsync([Shop], Token);

        Assert.Equal([Area.Names.Config(Shop), Area.Names.History(Shop), Area.Names.Status], plan.Select(p => p.Topic));
        Assert.Equal([Shop, Shop, null], plan.Select(p => p.Log));
        Assert.All(plan, p => Assert.Equal((false, 1), (p.Exists, p.Partitions)));
        Assert.Contains(plan[2].Settings, s => s is { Name: "cleanup.policy", Value: "compact,delete" });
        Assert.Contains(plan[0].Settings, s => s is { Name: "cleanup.policy", Value: "compact" });
        Assert.Contains(plan[1].Settings, s => s is { Name: "cleanup.policy", Value: "delete" });
        Assert.All(plan.Take(2), p => Assert.Contains(p.Settings, s => s.Name == "max.message.bytes" && s.Value == "4194304"));
        Assert.DoesNotContain(Area.Names.Config(Shop), Area.TopicNames());
    }

    [Fact]
    public async Task Create_MissingTopics_MakesThemOnce_AndVerifyIsContent()
    {
        var topics = Area.Store().Topics;
        Assert.Equal(3, (await topics.CreateAsync([Shop], Token)).Count);
        Assert.Empty(await topics.CreateAsync([Shop], Token));
        Assert.Equal(2, (await topics.CreateAsync([Shop, Blog], Token)).Count);

        Assert.Empty(await topics.VerifyAsync([Shop, Blog], Token));
        Assert.All(await topics.PlanAsync([Shop], Token), p => Assert.True(p.Exists));
    }

    [Fact]
    public async Task Verify_MissingTopics_AreFatal()
    {
        var findings = await Area.Store().Topics.VerifyAsync([Shop], Token);

        Assert.All(findings, f => Assert.Equal("exists", f.Setting));
        Assert.Equal([(Area.Names.Config(Shop), true), (Area.Names.History(Shop), true), (Area.Names.Status, false)], findings.Select(f => (f.Topic, f.Fatal)));
        Assert.All(findings, f => Assert.Contains("topics create", f.Fix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_TopicsMadeByHand_FindsWhatDiffersAndWhatIsFatal()
    {
        await Area.CreateTopicAsync(
            Area.Names.Config(Shop), 2, ("cleanup.policy", "delete"), ("delete.retention.ms", "1000"), ("segment.ms", "1800000"), ("max.message.bytes", "9000000"));
        await Area.CreateTopicAsync(Area.Names.History(Shop), 1, ("cleanup.policy", "compact"), ("retention.ms", "-1"));

        var findings = await Area.Store().Topics.VerifyAsync([Shop], Token);

        var config = findings.Where(f => f.Topic == Area.Names.Config(Shop)).ToDictionary(f => f.Setting);
        Assert.True(config["partitions"] is { Is: "2", ShouldBe: "1", Fatal: true });
        Assert.True(config["cleanup.policy"] is { Is: "delete", ShouldBe: "compact", Fatal: true });
        Assert.Contains("--add-config cleanup.policy=compact", config["cleanup.policy"].Fix, StringComparison.Ordinal);
        Assert.True(config["delete.retention.ms"] is { Is: "1000", ShouldBe: "at least 604800000", Fatal: false });
        Assert.DoesNotContain("segment.ms", config.Keys);
        Assert.DoesNotContain("max.message.bytes", config.Keys);
        var history = findings.Where(f => f.Topic == Area.Names.History(Shop)).ToDictionary(f => f.Setting);
        Assert.True(history["cleanup.policy"] is { Is: "compact", Fatal: false });
        Assert.DoesNotContain("retention.ms", history.Keys);
        Assert.True(history["max.message.bytes"] is { ShouldBe: "at least 4194304", Fatal: false });
    }
}
