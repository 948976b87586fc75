using System.Collections.Immutable;
using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams;

namespace EventGateway.Proxy.Routing;

/// <summary>One version of one route as the table uses it. Immutable once placed.</summary>
internal sealed class RouteEntry(LogState log, Route entity)
{
    public LogState Log { get; } = log;

    public Route Entity { get; } = entity;

    /// <summary>A route whose age is not known is younger than any.</summary>
    public long CreatedTicks { get; } = entity.CreatedAt?.UtcTicks ?? long.MaxValue;

    public RouteProtocols Protocols { get; } = entity.Protocols;

    /// <summary>A null host stands for any.</summary>
    public ImmutableArray<HostMatch?> Hosts { get; init; } = [null];

    /// <summary>None for a stream route.</summary>
    public RouteCandidate[] Candidates { get; set; } = [];

    /// <summary>What a connection takes; null: no stream route.</summary>
    public RouteCandidate? StreamCandidate { get; set; }

    public BackendChoice Backends { get; set; } = BackendChoice.None;
}
