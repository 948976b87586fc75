using System.Collections.Immutable;
using EventGateway.Kafka;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway topics create</c>: makes the missing topics.</summary>
internal sealed class TopicsCreateCommand() : TopicsVerb("create", "Makes the topics that are missing, with the recommended settings. Those that exist are left as they are; exit code 1 when one of them differs.")
{
    public override ImmutableArray<string> Examples =>
    [
        "eventgateway topics create --kafka 127.0.0.1:9092 --origin cluster-a --workspace shop,blog",
        "eventgateway topics create --kafka broker:9093 --kafka-option security.protocol=SSL --origin cluster-a --workspace shop",
    ];

    protected override async Task<int> RunAsync(KafkaConfigLogStore store, TopicsSettings settings, CommandConsole console, CancellationToken cancellationToken)
    {
        var made = (await store.Topics.CreateAsync(settings.Logs, cancellationToken)).Select(p => p.Topic).ToHashSet(StringComparer.Ordinal);
        var plans = await store.Topics.PlanAsync(settings.Logs, cancellationToken);
        var findings = await store.Topics.VerifyAsync(settings.Logs, cancellationToken);
        await TopicPlanText.WriteAsync(console.Out, plans, settings.AsJson, plan => made.Contains(plan.Topic) ? "made" : "existed", findings);
        return findings.Count == 0 ? ExitCodes.Done : ExitCodes.Differs;
    }
}
