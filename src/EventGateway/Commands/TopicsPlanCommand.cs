using System.Collections.Immutable;
using EventGateway.Kafka;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway topics plan</c>: what <c>create</c> would make. Changes nothing.</summary>
internal sealed class TopicsPlanCommand() : TopicsVerb("plan", "Shows the topics that logs need, with the recommended settings. Changes nothing.")
{
    public override ImmutableArray<string> Examples => ["eventgateway topics plan --kafka 127.0.0.1:9092 --origin cluster-a --workspace shop,blog"];

    protected override async Task<int> RunAsync(KafkaConfigLogStore store, TopicsSettings settings, CommandConsole console, CancellationToken cancellationToken)
    {
        var plans = await store.Topics.PlanAsync(settings.Logs, cancellationToken);
        await TopicPlanText.WriteAsync(console.Out, plans, settings.AsJson, plan => plan.Exists ? "exists" : "to be made");
        return ExitCodes.Done;
    }
}
