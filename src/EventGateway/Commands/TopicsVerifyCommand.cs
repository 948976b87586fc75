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
    "Compares topics with the recommended settings; exit code 1 when one differs. Without --origin and --workspace: all the logs there are.")
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
        return findings.Count == 0 ? ExitCodes.Done : ExitCodes.Differs;
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

    private static async Task WriteTableAsync(TextWriter writer, IReadOnlyList<LogName> logs, IReadOnlyList<TopicFinding> findings)
    {
        if (findings.Count == 0)
        {
            await writer.WriteLineAsync(logs.Count == 0 ? "there is no log to verify" : $"all is well with the topics of {string.Join(", ", logs)}");
            return;
        }

        var table = new TextTable("TOPIC", "SETTING", "IS", "SHOULD BE", "SEVERITY", "FIX");
        foreach (var finding in findings)
        {
            table.Add(finding.Topic, finding.Setting, finding.Is, finding.ShouldBe, finding.Fatal ? "refused" : "advice", finding.Fix);
        }

        await table.WriteAsync(writer);
    }

    private static JsonObject Json(IReadOnlyList<LogName> logs, IReadOnlyList<TopicFinding> findings) => new()
    {
        ["logs"] = new JsonArray([.. logs.Select(l => (JsonNode)l.ToString())]),
        ["findings"] = new JsonArray([.. findings.Select(f => new JsonObject
        {
            ["topic"] = f.Topic,
            ["setting"] = f.Setting,
            ["is"] = f.Is,
            ["shouldBe"] = f.ShouldBe,
            ["refused"] = f.Fatal,
            ["fix"] = f.Fix,
        })]),
    };
}
