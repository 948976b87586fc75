using EventGateway.Core.Log;
using EventGateway.Kafka;
using EventGateway.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Commands;

/// <summary>What <c>topics plan</c>, <c>create</c> and <c>verify</c> have in common: a store, the logs that are meant, and how they fail.</summary>
internal abstract class TopicsVerb(string name, string description) : SettingsCommand<TopicsSettings>(
    name,
    description,
    [.. SettingCatalog.KafkaConnection, SettingCatalog.TopicOrigins, SettingCatalog.TopicWorkspaces, SettingCatalog.Output, SettingCatalog.Config])
{
    /// <summary>Whether the logs must be named; otherwise those that are there are meant.</summary>
    protected virtual bool NeedsNames => true;

    protected sealed override TopicsSettings Read(SettingsReader reader)
    {
        if (NeedsNames)
        {
            reader.RequiredList(SettingCatalog.TopicOrigins, "cluster-a");
            reader.RequiredList(SettingCatalog.TopicWorkspaces, "shop,blog");
        }

        return new TopicsSettings(
            KafkaConnectionSettings.Read(reader, createTopics: false),
            reader.Labels(SettingCatalog.TopicOrigins),
            reader.Labels(SettingCatalog.TopicWorkspaces),
            reader.OneOf(SettingCatalog.Output, "table", "json") == "json");
    }

    protected sealed override async Task<int> RunAsync(TopicsSettings settings, CommandConsole console, CancellationToken cancellationToken)
    {
        await using var store = new KafkaConfigLogStore(settings.Kafka, NullLoggerFactory.Instance, console.Time);
        try
        {
            return await RunAsync(store, settings, console, cancellationToken);
        }
        catch (LogRefusedException e)
        {
            // The store answered, but not to us: for a caller that waits for it, the same as no answer.
            await console.Error.WriteLineAsync($"eventgateway: {e.Message}");
            return ExitCodes.Unreachable;
        }
    }

    protected abstract Task<int> RunAsync(KafkaConfigLogStore store, TopicsSettings settings, CommandConsole console, CancellationToken cancellationToken);
}
