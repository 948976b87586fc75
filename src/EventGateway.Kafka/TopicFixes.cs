using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>What a person can do about a topic, as a command to copy.</summary>
internal static class TopicFixes
{
    public static string Create(LogName log) =>
        $"run 'eventgateway topics create --origin {log.Origin} --workspace {log.Workspace} …' or start the watcher with --create-topics";

    public static string Alter(KafkaLogOptions options, string topic, string setting, string value) =>
        $"run 'kafka-configs.sh --bootstrap-server {options.BootstrapServers} --alter --entity-type topics --entity-name {topic} --add-config {setting}={value}' "
        + "('eventgateway topics plan' lists all settings)";

    public static string Remake(string topic) =>
        $"partitions cannot be taken away: delete {topic} ('kafka-topics.sh --delete --topic {topic}') and run 'eventgateway topics create'; its watcher fills it again";
}
