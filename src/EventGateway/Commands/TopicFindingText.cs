using System.Text.Json.Nodes;
using EventGateway.Kafka;

namespace EventGateway.Commands;

/// <summary>What about topics is not as it should be: a table, or a JSON array.</summary>
internal static class TopicFindingText
{
    public static async Task WriteTableAsync(TextWriter writer, IReadOnlyCollection<TopicFinding> findings)
    {
        var table = new TextTable("TOPIC", "SETTING", "IS", "SHOULD BE", "SEVERITY", "FIX");
        foreach (var finding in findings)
        {
            table.Add(finding.Topic, finding.Setting, finding.Is, finding.ShouldBe, finding.Fatal ? "refused" : "advice", finding.Fix);
        }

        await table.WriteAsync(writer);
    }

    public static JsonArray Json(IEnumerable<TopicFinding> findings) => new([.. findings.Select(f => new JsonObject
    {
        ["topic"] = f.Topic,
        ["setting"] = f.Setting,
        ["is"] = f.Is,
        ["shouldBe"] = f.ShouldBe,
        ["refused"] = f.Fatal,
        ["fix"] = f.Fix,
    })]);
}
