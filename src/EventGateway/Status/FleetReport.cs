using System.Text.Json;
using System.Text.Json.Nodes;
using EventGateway.Commands;
using EventGateway.Core.Acks;
using EventGateway.Core.Log;

namespace EventGateway.Status;

/// <summary>What all proxies say, for people and for programs. The newest change set of a log is the newest that any proxy serves.</summary>
/// <param name="heardAgo">Since a member's last heartbeat.</param>
/// <param name="livesFor">From when on a silent one is lost.</param>
internal sealed class FleetReport(Fleet fleet, Func<FleetMember, TimeSpan> heardAgo, TimeSpan livesFor)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<FleetMember> _members = [.. fleet.Members.Where(m => m.Heartbeat is not null).OrderBy(m => m.Name.ToString(), StringComparer.Ordinal)];

    /// <summary>Whether there is a proxy, every one lives and is ready, all serve the same of each log, and nothing is refused.</summary>
    public bool IsGood => _members.Count > 0 && _members.All(m => State(m) == "ready") && Logs().All(l => l.Behind.Count == 0)
        && _members.All(m => m.Acks.Values.All(a => a.RefusedCount == 0));

    public async Task WriteTablesAsync(TextWriter writer)
    {
        if (_members.Count == 0)
        {
            await writer.WriteLineAsync("no proxies");
            return;
        }

        var proxies = new TextTable("PROXY", "INSTANCE", "VERSION", "STATE", "HEARD", "LOGS", "REFUSED");
        foreach (var member in _members)
        {
            proxies.Add(
                member.Name.Id, member.Name.Instance, member.Heartbeat!.Version, State(member), $"{heardAgo(member).TotalSeconds:0.0} s ago", $"{member.Acks.Count}",
                $"{member.Acks.Values.Sum(a => a.RefusedCount)}");
        }

        await proxies.WriteAsync(writer);
        await writer.WriteLineAsync();
        var logs = new TextTable("LOG", "COMMIT", "SERVED BY", "BEHIND");
        foreach (var (log, _, commit, behind, counting) in Logs())
        {
            logs.Add($"{log}", $"{commit}", $"{counting - behind.Count} of {counting}", behind.Count == 0 ? "-" : string.Join(", ", behind.Select(m => $"{m.Name} at {Commit(m, log)}")));
        }

        await (logs.HasRows ? logs.WriteAsync(writer) : writer.WriteLineAsync("no logs"));
        var refused = new TextTable("REFUSED", "KEY", "BY", "REASON");
        foreach (var group in _members.SelectMany(m => m.Acks.SelectMany(a => a.Value.Refused.Select(r => (Log: a.Key, Refused: r, Proxy: m.Name)))).GroupBy(r => (r.Log, r.Refused)))
        {
            refused.Add($"{group.Key.Log}", group.Key.Refused.Key, $"{group.Count()} proxies", group.Key.Refused.Reason);
        }

        if (refused.HasRows)
        {
            await writer.WriteLineAsync();
            await refused.WriteAsync(writer);
        }
    }

    public Task WriteJsonAsync(TextWriter writer) => writer.WriteLineAsync(new JsonObject
    {
        ["proxies"] = new JsonArray([.. _members.Select(Json)]),
        ["logs"] = new JsonArray([.. Logs().Select(l => new JsonObject
        {
            ["origin"] = l.Log.Origin,
            ["workspace"] = l.Log.Workspace,
            ["logId"] = l.LogId.ToString(),
            ["commit"] = l.Commit,
            ["servedEverywhere"] = l.Behind.Count == 0,
            ["behind"] = new JsonArray([.. l.Behind.Select(m => (JsonNode)m.Name.ToString())]),
        })]),
    }.ToJsonString(Indented));

    /// <summary>Of each log the newest change set that is served, and which of the proxies that count do not serve it.</summary>
    private IEnumerable<(LogName Log, Guid LogId, long Commit, List<FleetMember> Behind, int Counting)> Logs() =>
        from log in _members.SelectMany(m => m.Acks.Keys).Distinct().Order()
        let newest = _members.Where(m => m.Acks.ContainsKey(log)).OrderByDescending(IsAlive).ThenByDescending(m => m.Acks[log].Commit).First().Acks[log]
        let counting = fleet.Counting(log, IsAlive).ToList()
        let behind = counting.Where(m => m.CommitOf(log, newest.LogId) < newest.Commit).ToList()
        select (log, newest.LogId, newest.Commit, behind, counting.Count);

    private bool IsAlive(FleetMember member) => heardAgo(member) < livesFor;

    private string State(FleetMember member) => !IsAlive(member) ? "lost" : member.Heartbeat!.IsReady ? "ready" : "not ready";

    private static string Commit(FleetMember member, LogName log) => member.Acks.GetValueOrDefault(log) is { } ack ? $"{ack.Commit}" : "nothing";

    private JsonObject Json(FleetMember member) => new()
    {
        ["id"] = member.Name.Id,
        ["instance"] = member.Name.Instance,
        ["version"] = member.Heartbeat!.Version,
        ["state"] = State(member),
        ["heardAgoMs"] = (long)heardAgo(member).TotalMilliseconds,
        ["startedAt"] = member.Heartbeat.StartedAt?.ToString("O", null),
        ["origins"] = new JsonArray([.. member.Heartbeat.Origins.Order(StringComparer.Ordinal).Select(o => (JsonNode)o)]),
        ["workspaces"] = new JsonArray([.. member.Heartbeat.Workspaces.Order(StringComparer.Ordinal).Select(w => (JsonNode)w)]),
        ["logs"] = new JsonArray([.. member.Acks.OrderBy(a => a.Key).Select(a => new JsonObject
        {
            ["origin"] = a.Key.Origin,
            ["workspace"] = a.Key.Workspace,
            ["logId"] = a.Value.LogId.ToString(),
            ["commit"] = a.Value.Commit,
            ["imageHash"] = a.Value.ImageHash.ToString(),
            ["refusedCount"] = a.Value.RefusedCount,
            ["refused"] = new JsonArray([.. a.Value.Refused.Select(r => new JsonObject { ["key"] = r.Key, ["reason"] = r.Reason })]),
        })]),
    };
}
