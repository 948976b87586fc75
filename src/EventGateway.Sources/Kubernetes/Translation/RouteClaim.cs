using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A route's claim. The order is the proxy's: the first of several has the traffic.</summary>
/// <param name="Field">Where the owner says so, for example <c>spec.rules[0].http.paths[1]</c>.</param>
internal sealed record RouteClaim(ClaimKey What, ObjectId Owner, string Field, EntityKey Route, ulong Priority, DateTimeOffset? CreatedAt) : IComparable<RouteClaim>
{
    public int CompareTo(RouteClaim? other)
    {
        if (other is null)
        {
            return -1;
        }

        var order = other.Priority.CompareTo(Priority);
        if (order == 0)
        {
            order = (CreatedAt ?? DateTimeOffset.MaxValue).CompareTo(other.CreatedAt ?? DateTimeOffset.MaxValue);
        }

        return order != 0 ? order : Route.CompareTo(other.Route);
    }

    /// <summary>What the owner of this claim is told when <paramref name="winner"/> goes before it.</summary>
    public string LostTo(RouteClaim winner)
    {
        if (winner.Owner == Owner)
        {
            return $"{Field}: {What} stands in {winner.Field} already; this one is never reached, remove it";
        }

        var why = winner.Priority != Priority ? "which has the higher regex-priority"
            : winner.CreatedAt != CreatedAt ? "which is older"
            : "whose name comes first";
        return $"{Field}: {What} belongs to {winner.Owner}, {why}; this one takes over when that one goes";
    }
}
