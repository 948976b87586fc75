using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A KongUpstreamPolicy in the model's words: those of its parts that are sound. The same instance as long as the policy is the same object.</summary>
internal sealed record UpstreamPolicyInfo
{
    public LoadBalancing LoadBalancing { get; init; }

    public ConsistentHash? Hash { get; init; }

    public StickyCookie? Sticky { get; init; }

    public ActiveCheck? Active { get; init; }

    public HealthCounts? Passive { get; init; }

    public int ThresholdPercent { get; init; }

    /// <summary>Which parts are not in use, and why.</summary>
    public ImmutableArray<string> Reasons { get; init; } = [];

    public ImmutableArray<string> Warnings { get; init; } = [];
}
