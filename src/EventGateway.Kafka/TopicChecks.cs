using System.Globalization;
using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>Compares a topic as it is with the topic as it should be.</summary>
internal static class TopicChecks
{
    public static void ThrowIfPartitioned(KafkaLogOptions options, TopicState topic)
    {
        if (topic.Partitions != 1)
        {
            throw new LogRefusedException(
                $"topic {topic.Topic} has {topic.Partitions} partitions and must have 1, as order is kept within one only; {TopicFixes.Remake(options, topic.Topic)}");
        }
    }

    /// <param name="settings">Null: they may not be read, so nothing is said about them.</param>
    public static IEnumerable<TopicFinding> FindFaults(
        TopicPlan plan, TopicState state, IReadOnlyDictionary<string, string>? settings, KafkaLogOptions options)
    {
        // Of a topic for all logs only the first partition is used, however many there are.
        if (state.Partitions != plan.Partitions && plan.Log is not null)
        {
            yield return new TopicFinding(plan.Topic, "partitions", Text(state.Partitions), "1", true, TopicFixes.Remake(options, plan.Topic));
        }

        if (state.ReplicationFactor < plan.ReplicationFactor)
        {
            yield return new TopicFinding(
                plan.Topic, "replication.factor", Text(state.ReplicationFactor), $"at least {plan.ReplicationFactor}", false,
                "run 'kafka-reassign-partitions.sh' to add replicas");
        }

        if (settings is null)
        {
            yield break;
        }

        foreach (var setting in plan.Settings)
        {
            if (settings.TryGetValue(setting.Name, out var value) && !RecommendedTopicSettings.IsMet(setting, value))
            {
                var isFatal = setting.Name == "cleanup.policy" && setting.Value == "compact";
                yield return new TopicFinding(
                    plan.Topic, setting.Name, value, Wanted(setting), isFatal, TopicFixes.Alter(options, plan.Topic, setting.Name, setting.Value));
            }
        }

        if (settings.TryGetValue("min.insync.replicas", out var inSync) && int.TryParse(inSync, CultureInfo.InvariantCulture, out var needed)
            && needed > state.ReplicationFactor)
        {
            yield return new TopicFinding(
                plan.Topic, "min.insync.replicas", inSync, $"at most {state.ReplicationFactor}", true,
                "nothing can be written: there are fewer replicas; "
                + TopicFixes.Alter(options, plan.Topic, "min.insync.replicas", state.ReplicationFactor >= RecommendedTopicSettings.Replicas ? "2" : "1"));
        }
    }

    private static string Wanted(TopicSetting setting) => setting.Bound switch
    {
        TopicSettingBound.AtLeast => $"at least {setting.Value}",
        TopicSettingBound.AtMost => $"at most {setting.Value}",
        _ => setting.Value,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
