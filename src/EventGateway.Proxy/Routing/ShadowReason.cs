using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>Tells the loser of a slot who has it.</summary>
internal static class ShadowReason
{
    public static string Of(PathSlot slot, RouteCandidate loser)
    {
        var winner = slot.Oldest.Route;
        var source = winner.Entity.Source.Length > 0 ? winner.Entity.Source : winner.Entity.Key.Text;
        return $"{slot.Host?.ToString() ?? "any host"}, {Kind(loser.Path.Type)} {loser.Path.Value} belongs to {source} of workspace {winner.Log.Name.Workspace}, "
            + $"{(winner.CreatedTicks == loser.Route.CreatedTicks ? "whose name comes first" : "which is older")}; use another host or path, or remove that one";
    }

    private static string Kind(PathMatchType type) => type switch
    {
        PathMatchType.Exact => "exact path",
        PathMatchType.Prefix => "path prefix",
        PathMatchType.StartsWith => "path beginning with",
        _ => "path expression",
    };
}
