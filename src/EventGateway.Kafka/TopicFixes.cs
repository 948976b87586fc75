using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>What a person can do about a topic, as a command to copy.</summary>
internal static class TopicFixes
{
    private const string DefaultPrefix = "eventgateway";

    public static string Create(KafkaLogOptions options, LogName log) =>
        $"run '{CreateCommand(options, log)}' or start the watcher with --create-topics";

    public static string Alter(KafkaLogOptions options, string topic, string setting, string value) =>
        $"run 'kafka-configs.sh --bootstrap-server {options.BootstrapServers} --alter --entity-type topics --entity-name {topic} --add-config {setting}={value}' "
        + "('eventgateway topics plan' lists all settings)";

    public static string Remake(KafkaLogOptions options, string topic) =>
        $"partitions cannot be taken away: delete {topic} ('kafka-topics.sh --bootstrap-server {options.BootstrapServers} --delete --topic {topic}') "
        + $"and run '{CreateCommand(options, LogOf(options, topic))}'; its watcher fills it again";

    /// <summary>The log of a topic named by this store: PREFIX.ORIGIN.WORKSPACE.KIND.</summary>
    private static LogName LogOf(KafkaLogOptions options, string topic)
    {
        var labels = topic[(options.Prefix.Length + 1)..].Split('.');
        return new LogName(labels[0], labels[1]);
    }

    private static string CreateCommand(KafkaLogOptions options, LogName log) =>
        $"eventgateway topics create --kafka {options.BootstrapServers}{(options.Prefix == DefaultPrefix ? "" : $" --prefix {options.Prefix}")} "
        + $"--origin {log.Origin} --workspace {log.Workspace}";
}
