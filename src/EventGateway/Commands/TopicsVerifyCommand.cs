using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventGateway.Core.Log;
using EventGateway.Kafka;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway topics verify</c>: what about the topics is not as it should be.</summary>
internal sealed class TopicsVerifyCommand() : TopicsVerb(
    "verify",
    "Compares topics with the recommended settings; exit code 1 when one differs or a name given has no log. Without --origin and --workspace: all the logs there are.")
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public override ImmutableArray<string> Examples =>
    [
        "eventgateway topics verify --kafka 127.0.0.1:9092",
        "eventgateway topics verify --kafka 127.0.0.1:9092 --origin cluster-a --workspace shop -o json",
    ];

    protected override bool NeedsNames => false;

    protected override async Task<int> RunAsync(KafkaConfigLogStore store, TopicsSettings settings, CommandConsole console, CancellationToken cancellationToken)
    {
        var logs = settings.Logs.Count > 0 ? settings.Logs : await FindAsync(store, settings, cancellationToken);
        var findings = await store.Topics.VerifyAsync(logs, cancellationToken);
        await (settings.AsJson ? console.Out.WriteLineAsync(Json(logs, findings).ToJsonString(Indented)) : WriteTableAsync(console.Out, logs, findings));
        var missing = Missing(settings, logs).ToList();
        foreach (var name in missing)
        {
            await console.Error.WriteLineAsync(
                $"eventgateway: {name} has no log under the prefix {settings.Kafka.Prefix}; check the name, or make its topics: "
                + $"eventgateway topics create --kafka {settings.Kafka.BootstrapServers} --prefix {settings.Kafka.Prefix} --origin NAME --workspace NAME");
        }

        return findings.Count == 0 && missing.Count == 0 ? ExitCodes.Done : ExitCodes.Differs;
    }

    private static async Task<IReadOnlyList<LogName>> FindAsync(KafkaConfigLogStore store, TopicsSettings settings, CancellationToken cancellationToken)
    {
        // Looking for logs waits for a broker for ever; a plan of nothing fails when there is none.
        await store.Topics.PlanAsync([], cancellationToken);
        await foreach (var logs in store.WatchLogsAsync(cancellationToken))
        {
            return
            [
                .. logs.Where(l => (settings.Origins.IsEmpty || settings.Origins.Contains(l.Origin)) && (settings.Workspaces.IsEmpty || settings.Workspaces.Contains(l.Workspace)))
                    .Order(),
            ];
        }

        return [];
    }

    /// <summary>Names that were given and that no log has: verifying nothing is not all being well.</summary>
    private static IEnumerable<string> Missing(TopicsSettings settings, IReadOnlyList<LogName> logs)
    {
        var origins = settings.Origins.Where(o => logs.All(l => l.Origin != o)).Select(o => $"the origin {o}");
        return origins.Concat(settings.Workspaces.Where(w => logs.All(l => l.Workspace != w)).Select(w => $"the workspace {w}"));
    }

    private static async Task WriteTableAsync(TextWriter writer, IReadOnlyList<LogName> logs, IReadOnlyList<TopicFinding> findings)
    {
        if (findings.Count == 0)
        {
            await writer.WriteLineAsync(logs.Count == 0 ? "there is no log to verify" : $"all is well with the topics of {string.Join(", ", logs)}");
            return;
        }

        await TopicFindingText.WriteTableAsync(writer, findings);
    }

    private static JsonObject Json(IReadOnlyList<LogName> logs, IReadOnlyList<TopicFinding> findings) => new()
    {
        ["logs"] = new JsonArray([.. logs.Select(l => (JsonNode)l.ToString())]),
        ["findings"] = TopicFindingText.Json(findings),
    };
}
