using System.Globalization;

namespace EventGateway.Kafka;

/// <summary>The settings topics are made with and checked against.</summary>
internal static class RecommendedTopicSettings
{
    /// <summary>Replicas of each topic, unless there are fewer brokers.</summary>
    public const int Replicas = 3;

    private const int SegmentBytes = 32 * 1024 * 1024;

    /// <summary>
    /// The log itself: compacted, in small segments that are closed early, as the segment being written is never compacted and every new reader
    /// reads what has not been. Removals stay a week for readers that go on from a saved place.
    /// </summary>
    public static IReadOnlyList<TopicSetting> Config(int replicas, int maxMessageBytes) =>
    [
        new("cleanup.policy", "compact", TopicSettingBound.Exactly),
        new("segment.bytes", Text(Math.Max(SegmentBytes, 2L * maxMessageBytes)), TopicSettingBound.AtMost),
        new("segment.ms", Text(TimeSpan.FromHours(1)), TopicSettingBound.AtMost),
        new("min.cleanable.dirty.ratio", "0.1", TopicSettingBound.AtMost),
        new("min.compaction.lag.ms", Text(TimeSpan.FromMinutes(10)), TopicSettingBound.AtMost),
        new("max.compaction.lag.ms", Text(TimeSpan.FromDays(1)), TopicSettingBound.AtMost),
        new("delete.retention.ms", Text(TimeSpan.FromDays(7)), TopicSettingBound.AtLeast),
        .. Both(replicas, maxMessageBytes),
    ];

    /// <summary>Every change set, kept a month for audit and rollback.</summary>
    public static IReadOnlyList<TopicSetting> History(int replicas, int maxMessageBytes) =>
    [
        new("cleanup.policy", "delete", TopicSettingBound.Exactly),
        new("retention.ms", Text(TimeSpan.FromDays(30)), TopicSettingBound.AtLeast),
        new("retention.bytes", "-1", TopicSettingBound.Exactly),
        new("segment.ms", Text(TimeSpan.FromDays(1)), TopicSettingBound.AtMost),
        .. Both(replicas, maxMessageBytes),
    ];

    /// <summary>What proxies serve: the newest record of each counts, and those of proxies that are gone may go after an hour.</summary>
    public static IReadOnlyList<TopicSetting> Status() =>
    [
        new("cleanup.policy", "compact,delete", TopicSettingBound.Exactly),
        new("retention.ms", Text(TimeSpan.FromHours(1)), TopicSettingBound.AtLeast),
        new("segment.bytes", Text(SegmentBytes), TopicSettingBound.AtMost),
        new("segment.ms", Text(TimeSpan.FromMinutes(10)), TopicSettingBound.AtMost),
        new("min.insync.replicas", "1", TopicSettingBound.AtMost),
        new("message.timestamp.type", "LogAppendTime", TopicSettingBound.Exactly),
        new("compression.type", "producer", TopicSettingBound.Exactly),
    ];

    /// <summary>Whether a value found is as good as the recommended one.</summary>
    public static bool IsMet(TopicSetting setting, string value)
    {
        if (setting.Bound == TopicSettingBound.Exactly
            || !double.TryParse(value, CultureInfo.InvariantCulture, out var found)
            || !double.TryParse(setting.Value, CultureInfo.InvariantCulture, out var wanted))
        {
            return string.Equals(setting.Value, value, StringComparison.Ordinal);
        }

        found = found < 0 ? double.PositiveInfinity : found;
        return setting.Bound == TopicSettingBound.AtLeast ? found >= wanted : found <= wanted;
    }

    private static IEnumerable<TopicSetting> Both(int replicas, int maxMessageBytes) =>
    [
        new("max.message.bytes", Text(maxMessageBytes), TopicSettingBound.AtLeast),
        new("min.insync.replicas", replicas >= Replicas ? "2" : "1", TopicSettingBound.AtLeast),
        new("unclean.leader.election.enable", "false", TopicSettingBound.Exactly),
        new("message.timestamp.type", "LogAppendTime", TopicSettingBound.Exactly),
        new("compression.type", "producer", TopicSettingBound.Exactly),
    ];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(TimeSpan time) => Text((long)time.TotalMilliseconds);
}
