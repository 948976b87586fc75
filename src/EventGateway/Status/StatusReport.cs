using System.Collections.Immutable;
using System.Text.Json;
using EventGateway.Commands;

namespace EventGateway.Status;

/// <summary>The document of <c>/status</c>, for people. Members it does not know are left to <c>-o json</c>.</summary>
/// <param name="reasons">Why the process is not ready, by <c>/readyz</c>.</param>
internal sealed class StatusReport(JsonElement status, ImmutableArray<string> reasons)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Whether the process is ready, its log store answers, and nothing in its logs is refused, held or faulty.</summary>
    public bool IsGood => IsReady(status) && IsConnected && !Refused.Any() && !Faults.Any();

    private bool IsConnected => Logs.All(l => Text(l, "connected") != "no");

    private IEnumerable<JsonElement> Logs => status.GetProperty("logs").EnumerateArray();

    private IEnumerable<(string Log, string Key, string Reason)> Refused =>
        from log in Logs
        where log.TryGetProperty("refused", out _)
        from refused in log.GetProperty("refused").EnumerateArray()
        select (Name(log), Text(refused, "key"), Text(refused, "reason"));

    private IEnumerable<(string Log, string Fault)> Faults =>
        from log in Logs
        let fault = Text(log, "fault")
        where fault != "-"
        select (Name(log), fault);

    public static bool IsReady(JsonElement status) => status.GetProperty("ready").GetBoolean();

    public Task WriteJsonAsync(TextWriter writer) => writer.WriteLineAsync(JsonSerializer.Serialize(status, Indented));

    public async Task WriteTablesAsync(TextWriter writer)
    {
        await writer.WriteLineAsync(
            $"{Text(status, "role")} {Text(status, "id")} {Text(status, "version")}: {(IsReady(status) ? "ready" : "not ready")}, "
            + $"{(IsConnected ? "" : "log store not connected, ")}image {Text(status, "imageHash")}");
        foreach (var reason in reasons)
        {
            await writer.WriteLineAsync($"  not ready: {reason}");
        }

        var logs = new TextTable("LOG", "COMMIT", "OFFSET", "IMAGE", "CAUGHT UP", "CONNECTED", "SOURCE", "HEARD", "ENTITIES");
        foreach (var log in Logs)
        {
            logs.Add(
                Name(log), Text(log, "commit"), Text(log, "offset"), Text(log, "imageHash"), Text(log, "caughtUp"), Text(log, "connected"), Text(log, "source"), Age(log), Entities(log));
        }

        await (logs.HasRows ? logs.WriteAsync(writer) : writer.WriteLineAsync("no logs"));
        var faults = new TextTable("LOG", "FAULT");
        foreach (var (log, fault) in Faults)
        {
            faults.Add(log, fault);
        }

        await WriteBelowAsync(faults, writer);
        var refused = new TextTable("REFUSED", "KEY", "REASON");
        foreach (var (log, key, reason) in Refused)
        {
            refused.Add(log, key, reason);
        }

        await WriteBelowAsync(refused, writer);
    }

    private static async Task WriteBelowAsync(TextTable table, TextWriter writer)
    {
        if (table.HasRows)
        {
            await writer.WriteLineAsync();
            await table.WriteAsync(writer);
        }
    }

    private static string Name(JsonElement log) => $"{Text(log, "origin")}/{Text(log, "workspace")}";

    private static string Age(JsonElement log) =>
        log.TryGetProperty("heartbeatAgeMs", out var age) && age.ValueKind == JsonValueKind.Number ? $"{age.GetDouble() / 1000:0.0} s ago" : "-";

    private static string Entities(JsonElement log) => log.TryGetProperty("entities", out var entities) && entities.ValueKind == JsonValueKind.Object
        ? string.Join(" ", entities.EnumerateObject().Select(e => $"{e.Name}={e.Value}"))
        : "-";

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.True => "yes", JsonValueKind.False => "no", JsonValueKind.Null => "-", _ => value.ToString() }
        : "-";
}
