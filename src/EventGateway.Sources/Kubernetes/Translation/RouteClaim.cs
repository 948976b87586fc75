using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A route's claim.</summary>
/// <param name="Field">Where the owner says so, for example <c>spec.rules[0].http.paths[1]</c>.</param>
/// <param name="Conditions">
/// Methods, headers and protocols as text: routes of one workspace that differ in them do not stand in each other's way.
/// </param>
internal sealed record RouteClaim(ClaimKey What, ObjectId Owner, string Field, string Conditions, EntityKey Route, ulong Priority, DateTimeOffset? CreatedAt)
{
    /// <summary>The proxy's order among workspaces: the older goes before the younger, then the name decides.</summary>
    public bool IsOlderThan(RouteClaim other)
    {
        var order = (CreatedAt ?? DateTimeOffset.MaxValue).CompareTo(other.CreatedAt ?? DateTimeOffset.MaxValue);
        if (order == 0)
        {
            order = string.CompareOrdinal(Owner.Namespace, other.Owner.Namespace);
        }

        return order != 0 ? order < 0 : Route < other.Route;
    }

    /// <summary>The proxy's order within a workspace: by priority, then by age.</summary>
    public bool GoesBefore(RouteClaim other) => Priority != other.Priority ? Priority > other.Priority : IsOlderThan(other);

    /// <summary>What the owner of this claim is told when <paramref name="winner"/> goes before it.</summary>
    public string LostTo(RouteClaim winner)
    {
        if (winner.Owner == Owner)
        {
            return $"{Field}: {What} stands in {winner.Field} already; this one is never reached, remove it";
        }

        var isForeign = winner.Owner.Namespace != Owner.Namespace;
        var why = !isForeign && winner.Priority != Priority ? (Priority == RoutePriority.DefaultBackend ? "which goes before a default backend" : "which has the higher regex-priority")
            : winner.CreatedAt != CreatedAt ? "which is older"
            : "whose name comes first";
        return $"{Field}: {What} belongs to {winner.Owner}, {why}; this one takes over when that one goes";
    }
}
