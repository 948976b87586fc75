using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Upstreams;

namespace EventGateway.Proxy.Routing;

/// <summary>What the table holds of one log. Everything but <see cref="Position"/> belongs to the writer.</summary>
internal sealed class LogState(LogName name, RefusalLog refusals)
{
    private volatile string _position = $"{name}@0";

    public LogName Name { get; } = name;

    /// <summary><c>origin/workspace@commit</c>, for access logs.</summary>
    public string Position
    {
        get => _position;
        set => _position = value;
    }

    public Dictionary<EntityKey, RouteEntry> Routes { get; } = [];

    public Dictionary<EntityKey, BackendState> Backends { get; } = [];

    public Dictionary<EntityKey, Endpoints> Endpoints { get; } = [];

    public Dictionary<string, EndpointGroup> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>Entities of the present image that are not in use, with the reason.</summary>
    public Dictionary<EntityKey, string> Refused { get; } = [];

    /// <summary>Placements that lost their slot to another workspace.</summary>
    public HashSet<(PathSlot Slot, RouteCandidate Candidate)> Shadowed { get; } = [];

    public HashSet<RouteEntry> Streams { get; } = [];

    public void Refuse(EntityKey key, string reason)
    {
        Refused[key] = reason;
        refusals.Refused(Name, key, reason);
    }

    public void Accept(EntityKey key) => Refused.Remove(key);

    public void Shadow(PathSlot slot, RouteCandidate candidate) => Shadowed.Add((slot, candidate));

    public void Restore(PathSlot slot, RouteCandidate candidate) => Shadowed.Remove((slot, candidate));

    /// <summary>To be called when the slot's owner is known.</summary>
    public void ReportShadowed(PathSlot slot, RouteCandidate candidate)
    {
        if (refusals.IsOn)
        {
            refusals.Shadowed(Name, candidate.Route.Entity.Key, ShadowReason.Of(slot, candidate));
        }
    }
}
