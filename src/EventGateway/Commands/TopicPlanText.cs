using System.Text.Json;
using System.Text.Json.Nodes;
using EventGateway.Kafka;

namespace EventGateway.Commands;

/// <summary>Topics as they are or should be made: a table, or <c>{"topics":[…]}</c>.</summary>
internal static class TopicPlanText
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Task WriteAsync(TextWriter writer, IReadOnlyCollection<TopicPlan> plans, bool asJson, Func<TopicPlan, string> state, IReadOnlyCollection<TopicFinding>? findings = null) =>
        asJson ? writer.WriteLineAsync(Json(plans, state, findings).ToJsonString(Indented)) : WriteTextAsync(writer, plans, state, findings ?? []);

    private static async Task WriteTextAsync(TextWriter writer, IReadOnlyCollection<TopicPlan> plans, Func<TopicPlan, string> state, IReadOnlyCollection<TopicFinding> findings)
    {
        var table = new TextTable("TOPIC", "STATE", "PARTITIONS", "REPLICAS");
        foreach (var plan in plans)
        {
            table.Add(plan.Topic, state(plan), $"{plan.Partitions}", $"{plan.ReplicationFactor}");
        }

        await table.WriteAsync(writer);
        foreach (var alike in plans.GroupBy(p => string.Join("\n", p.Settings.Select(s => $"  {s.Name}={s.Value}"))))
        {
            await writer.WriteLineAsync($"\nRecommended settings of {string.Join(", ", alike.Select(p => p.Topic))}:\n{alike.Key}");
        }

        if (findings.Count > 0)
        {
            await writer.WriteLineAsync("\nNot as it should be, and left as it is:");
            await TopicFindingText.WriteTableAsync(writer, findings);
        }
    }

    private static JsonObject Json(IEnumerable<TopicPlan> plans, Func<TopicPlan, string> state, IReadOnlyCollection<TopicFinding>? findings)
    {
        var json = Json(plans, state);
        if (findings is not null)
        {
            json["findings"] = TopicFindingText.Json(findings);
        }

        return json;
    }

    private static JsonObject Json(IEnumerable<TopicPlan> plans, Func<TopicPlan, string> state) => new()
    {
        ["topics"] = new JsonArray([.. plans.Select(plan => new JsonObject
        {
            ["origin"] = plan.Log?.Origin,
            ["workspace"] = plan.Log?.Workspace,
            ["topic"] = plan.Topic,
            ["state"] = state(plan),
            ["partitions"] = plan.Partitions,
            ["replicationFactor"] = plan.ReplicationFactor,
            ["settings"] = new JsonObject(plan.Settings.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Name, s.Value))),
        })]),
    };
}
